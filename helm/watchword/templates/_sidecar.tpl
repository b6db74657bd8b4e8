{{/* The configuration of a Watchword beside a gateway: nobody but the pod reaches its gRPC port. */}}
{{- define "watchword.sidecarConfig" -}}
{{- $config := include "watchword.config" . | fromJson -}}
{{- $_ := set $config "listen" (dict "grpc" "127.0.0.1:9191" "admin" "[::]:9190") -}}
{{- toPrettyJson $config -}}
{{- end -}}

{{/*
A sidecar as Kubernetes knows it (an init container that stays): it is ready before the gateway takes its first request, and is there
until the gateway has answered its last.
*/}}
{{- define "watchword.sidecarContainer" -}}
name: watchword
image: {{ include "watchword.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
restartPolicy: Always
args: [serve, --config, /etc/watchword]
{{- with .Values.extraEnv }}
env: {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - { name: watchword-admin, containerPort: 9190 }
startupProbe:
  httpGet: { path: /readyz, port: watchword-admin }
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /healthz, port: watchword-admin }
  periodSeconds: 10
  timeoutSeconds: 5
resources: {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  {{- include "watchword.containerSecurity" . | nindent 2 }}
  runAsNonRoot: true
  runAsUser: 65532
volumeMounts:
  - { name: watchword-config, mountPath: /etc/watchword, readOnly: true }
{{- range .Values.keys }}
  - { name: {{ printf "watchword-key-%s" .name | trunc 63 }}, mountPath: {{ printf "/etc/watchword-keys/%s" .name }}, readOnly: true }
{{- end }}
{{- if include "watchword.consumers" . }}
  - { name: watchword-consumers, mountPath: /etc/watchword-consumers, readOnly: true }
{{- end }}
{{- if .Values.bodies.configMapName }}
  - { name: watchword-bodies, mountPath: /etc/watchword-bodies, readOnly: true }
{{- end }}
{{- end -}}

{{- define "watchword.sidecarVolumes" -}}
- name: watchword-config
  projected:
    sources:
      - configMap: { name: {{ include "watchword.fullname" . }}-sidecar }
      {{- range .Values.configMaps }}
      - configMap: { name: {{ . }} }
      {{- end }}
{{- range .Values.keys }}
- name: {{ printf "watchword-key-%s" .name | trunc 63 }}
  {{- if .secretName }}
  secret: { secretName: {{ .secretName }} }
  {{- else }}
  configMap: { name: {{ .configMapName }} }
  {{- end }}
{{- end }}
{{- with include "watchword.consumers" . }}
- name: watchword-consumers
{{ . | indent 2 }}
{{- end }}
{{- with .Values.bodies.configMapName }}
- name: watchword-bodies
  configMap: { name: {{ . }} }
{{- end }}
{{- end -}}

{{- define "watchword.sidecarNotes" -}}
{{- with .Values.wiring.sidecar }}
{{- if .enabled }}
{{- $name := include "watchword.fullname" $ }}
{{- $ns := .namespace | default $.Release.Namespace }}

Watchword beside your Envoy, in its own pods: give its Deployment (here `gateway`) the container,

  kubectl --namespace {{ $ns }} patch deployment gateway --patch "$(kubectl --namespace {{ $ns }} get configmap {{ $name }}-sidecar-wiring --output 'jsonpath={.data.pods\.yaml}')"

and put filter.yaml and cluster.yaml of the same ConfigMap into Envoy's configuration (docs/gateways/envoy.md, "In the same pod").
{{- if or $.Values.keys (include "watchword.consumers" $) $.Values.bodies.configMapName }} The Secrets and ConfigMaps of `keys`, `consumers` and `bodies` must be in {{ $ns }}.{{ end }}
{{- end }}
{{- end }}
{{- end -}}
