{{- define "gateway-service.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What Pods are found by. `app` is the same in all releases, for `kubectl -l app=gateway-service`; without the second line each
Service would find the Pods of both versions. */}}
{{- define "gateway-service.selector" -}}
app: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "gateway-service.labels" -}}
{{ include "gateway-service.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* "true" or nothing. */}}
{{- define "gateway-service.canary" -}}
{{- $canary := .Values.ingress.canary -}}
{{- if kindIs "bool" $canary.enabled -}}
{{- if $canary.enabled }}true{{ end -}}
{{- else if or (not (kindIs "invalid" $canary.weight)) $canary.header.value -}}
true
{{- end -}}
{{- end -}}
