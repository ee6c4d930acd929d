{{/* The rules of the roles. Each verb is there because the daemon makes that call; a test compares the two. */}}

{{/* On pods: in the whole cluster, or in each namespace that is watched. */}}
{{- define "pod-identity-revoker.podRules" -}}
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
{{- if ne (default "enforce" .Values.mode) "dry-run" }}
- apiGroups: [""]
  resources: [pods/eviction]
  verbs: [create]
# To name them where more than one budget selects a pod, which the API does not.
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [list]
{{- if .Values.force }}
- apiGroups: [""]
  resources: [pods]
  verbs: [delete]
{{- end }}
{{ include "pod-identity-revoker.eventRules" . }}
{{- end }}
{{- end }}

{{- define "pod-identity-revoker.eventRules" -}}
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* In the daemon's own namespace. RBAC can't limit create to a name. */}}
{{- define "pod-identity-revoker.ownRules" -}}
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [pod-identity-revoker-ledger]
  verbs: [get{{ if ne (default "enforce" .Values.mode) "dry-run" }}, update{{ end }}]
{{- if ne (default "enforce" .Values.mode) "dry-run" }}
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [pod-identity-revoker]
  verbs: [get, update]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
{{- end }}
{{- if or .Values.namespaces (eq (default "enforce" .Values.mode) "dry-run") }}
# On its own Deployment, where a brake is engaged.
{{ include "pod-identity-revoker.eventRules" . }}
{{- end }}
# What it runs as itself.
- apiGroups: [""]
  resources: [pods]
  verbs: [get]
{{- end }}

{{- define "pod-identity-revoker.subject" -}}
- kind: ServiceAccount
  name: {{ include "pod-identity-revoker.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
