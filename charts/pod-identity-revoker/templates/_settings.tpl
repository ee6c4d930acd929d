{{/*
The settings that are values of the same name in camel case: pollInterval is REVOKER_POLL_INTERVAL. A setting that is
added to the daemon is added here, in values.yaml and in values.schema.json; a test says which is missing.
*/}}
{{- define "pod-identity-revoker.settings" -}}
clusterName
clusterIssuer
mode
namespaces
protectedNamespaces
podLabels
onUnknownHistory
onMissed
force
deadline
maxGracePeriod
pollInterval
settleTime
consistencyWindow
describeRate
confirmRate
queueUrl
trailLookback
credentialLife
evictionRate
evictionBurst
evictionConcurrency
evictionsPerNamespace
evictionsPerIdentity
massEndPercent
massEndMinimum
logLevel
{{- end }}

{{/* A value that is not set makes no variable: the daemon's default is written down in one place, the daemon. */}}
{{- define "pod-identity-revoker.env" -}}
{{- if not .Values.clusterName }}
{{- required "clusterName is needed: the name that EKS has for this very cluster" .Values.clusterName }}
{{- end }}
{{- range $name := include "pod-identity-revoker.settings" . | splitList "\n" }}
{{- $value := index $.Values $name }}
{{- if not (kindIs "invalid" $value) }}
- name: REVOKER_{{ snakecase $name | upper }}
  value: {{ include "pod-identity-revoker.settingText" $value | quote }}
{{- end }}
{{- end }}
- name: REVOKER_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: REVOKER_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: REVOKER_LISTEN
  value: {{ printf "%s:%d" (ternary "[::]" "0.0.0.0" .Values.ipv6) (int .Values.ports.metrics) | quote }}
- name: REVOKER_STATUS_LISTEN
  value: {{ printf "127.0.0.1:%d" (int .Values.ports.status) | quote }}
{{- with .Values.region }}
- name: AWS_REGION
  value: {{ quote . }}
{{- end }}
{{- with .Values.nodeOptions }}
- name: NODE_OPTIONS
  value: {{ quote . }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Numbers as JSON has them: a template would write a million as 1e+06. */}}
{{- define "pod-identity-revoker.settingText" -}}
{{- if kindIs "slice" . }}{{ join "," . }}{{ else if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end }}
{{- end }}
