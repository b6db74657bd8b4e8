{{/* Watchword's container, behind a gateway or beside our own Envoy. */}}
{{- define "watchword.container" -}}
name: watchword
image: {{ include "watchword.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [serve, --config, /etc/watchword{{ if .Values.candidate.configMapName }}, --candidate, /etc/watchword-candidate{{ end }}]
{{- with .Values.extraEnv }}
env: {{- toYaml . | nindent 2 }}
{{- end }}
ports:
{{- if not .Values.gateway.envoy.enabled }}
  - { name: grpc, containerPort: 9191 }
{{- end }}
{{- if include "watchword.listensHttp" . }}
  - { name: http, containerPort: 9180 }
{{- end }}
  - { name: admin, containerPort: 9190 }
startupProbe:
  httpGet: { path: /healthz, port: admin }
  periodSeconds: 1
  failureThreshold: 60
readinessProbe:
  httpGet: { path: /readyz, port: admin }
  periodSeconds: 2
  failureThreshold: 2
livenessProbe:
  httpGet: { path: /healthz, port: admin }
  periodSeconds: 10
  timeoutSeconds: 5
lifecycle:
  preStop:
  {{- if .Values.gateway.envoy.enabled }}
    # Envoy is asked to close its connections gently, and is waited for: it needs Watchword until its last request.
    exec: { command: [/usr/local/bin/node, /etc/watchword-gateway/drain.mjs, {{ add .Values.stopDelaySeconds 1 | quote }}] }
  {{- else }}
    sleep: { seconds: {{ .Values.stopDelaySeconds }} }
  {{- end }}
resources: {{- toYaml .Values.resources | nindent 2 }}
securityContext: {{- include "watchword.containerSecurity" . | nindent 2 }}
volumeMounts:
  - { name: config, mountPath: /etc/watchword, readOnly: true }
{{- range .Values.keys }}
  - { name: {{ printf "key-%s" .name }}, mountPath: {{ printf "/etc/watchword-keys/%s" .name }}, readOnly: true }
{{- end }}
{{- if include "watchword.consumers" . }}
  - { name: consumers, mountPath: /etc/watchword-consumers, readOnly: true }
{{- end }}
{{- if .Values.bodies.configMapName }}
  - { name: bodies, mountPath: /etc/watchword-bodies, readOnly: true }
{{- end }}
{{- if .Values.candidate.configMapName }}
  - { name: candidate, mountPath: /etc/watchword-candidate, readOnly: true }
{{- end }}
{{- if .Values.tls.secretName }}
  - { name: tls, mountPath: /etc/watchword-tls, readOnly: true }
{{- end }}
{{- if .Values.gateway.envoy.enabled }}
  - { name: socket, mountPath: /run/watchword }
  - { name: gateway, mountPath: /etc/watchword-gateway, readOnly: true }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end -}}

{{/* What Pod Security `restricted` asks of every container. */}}
{{- define "watchword.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Where the list of consumers is mounted from; empty where there is none. */}}
{{- define "watchword.consumers" -}}
{{- with .Values.consumers -}}
{{- if .secretName -}}secret: { secretName: {{ .secretName }} }
{{- else if .configMapName -}}configMap: { name: {{ .configMapName }} }
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "watchword.volumes" -}}
- name: config
  projected:
    sources:
      - configMap: { name: {{ include "watchword.fullname" . }} }
      {{- range .Values.configMaps }}
      - configMap: { name: {{ . }} }
      {{- end }}
{{- range .Values.keys }}
- name: {{ printf "key-%s" .name }}
  {{- if .secretName }}
  secret: { secretName: {{ .secretName }} }
  {{- else }}
  configMap: { name: {{ .configMapName }} }
  {{- end }}
{{- end }}
{{- with include "watchword.consumers" . }}
- name: consumers
{{ . | indent 2 }}
{{- end }}
{{- with .Values.bodies.configMapName }}
- name: bodies
  configMap: { name: {{ . }} }
{{- end }}
{{- with .Values.candidate.configMapName }}
- name: candidate
  # A candidate that is not there must not keep a pod from starting.
  configMap: { name: {{ . }}, optional: true }
{{- end }}
{{- if .Values.tls.secretName }}
- name: tls
  secret: { secretName: {{ .Values.tls.secretName }} }
{{- end }}
{{- if .Values.gateway.envoy.enabled }}
- name: socket
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
- name: gateway
  configMap: { name: {{ include "watchword.fullname" . }}-gateway }
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
