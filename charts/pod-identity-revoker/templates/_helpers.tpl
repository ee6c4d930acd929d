{{/* Names and labels that the templates share. */}}

{{- define "pod-identity-revoker.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* At most 63 characters: the Service's name is a DNS label. */}}
{{- define "pod-identity-revoker.fullname" -}}
{{- $name := include "pod-identity-revoker.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Of what is not in a namespace: two releases in two namespaces must not share it. */}}
{{- define "pod-identity-revoker.clusterwideName" -}}
{{- printf "%s-%s" (include "pod-identity-revoker.fullname" .) .Release.Namespace }}
{{- end }}

{{- define "pod-identity-revoker.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "pod-identity-revoker.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* Never changes between two versions of a release: a Deployment's selector can't be changed. */}}
{{- define "pod-identity-revoker.selectorLabels" -}}
app.kubernetes.io/name: {{ include "pod-identity-revoker.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The common labels can add to ours and not take their place. */}}
{{- define "pod-identity-revoker.labels" -}}
{{- $own := dict
    "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
    "app.kubernetes.io/version" (.Chart.AppVersion | replace "+" "_" | trunc 63 | trimSuffix "-")
    "app.kubernetes.io/managed-by" .Release.Service
    "app.kubernetes.io/part-of" "pod-identity-revoker" }}
{{- $own = merge (include "pod-identity-revoker.selectorLabels" . | fromYaml) $own .Values.commonLabels }}
{{- toYaml $own }}
{{- end }}

{{- define "pod-identity-revoker.image" -}}
{{- $repository := required "image.repository is needed: the chart of a release has it, a chart from a checkout does not" .Values.image.repository }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}
