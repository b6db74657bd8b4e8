{{/* What NOTES say about Envoy Gateway, and about what becomes of any gateway at an uninstall. */}}
{{- define "watchword.wiringNotes" -}}
{{- $name := include "watchword.fullname" . -}}
{{- with .Values.wiring.envoyGateway }}
{{- if .enabled }}

Envoy Gateway needs this in its configuration; without it, it answers every request with 500:

  extensionApis:
    enableBackend: true

Its own chart: --set config.envoyGateway.extensionApis.enableBackend=true. Next, see that it took each policy ("Policy has been accepted."):
{{ range .gateways }}
  kubectl --namespace {{ .namespace }} get securitypolicy {{ $name }}-{{ .name }} --output 'jsonpath={.status.ancestors[*].conditions[*].message}'
{{- end }}
{{- end }}
{{- end }}
{{- $wired := list -}}
{{- range $gateway, $one := .Values.wiring -}}
{{- if kindIs "map" $one -}}{{- if dig "enabled" false $one -}}{{- $wired = append $wired $gateway -}}{{- end -}}{{- end -}}
{{- end -}}
{{- if and $wired (include "watchword.keepAnnotation" .) }}

helm uninstall leaves behind what makes the gateway ask ({{ join ", " $wired }}): it then refuses every request until the release is installed again under this name
in this namespace. To let it serve everything without a check, first:

  helm upgrade {{ .Release.Name }} CHART --namespace {{ .Release.Namespace }} --reuse-values --set wiring.keep=false

After an uninstall: docs/gateways/README.md, "Uninstall".
{{- else if $wired }}

WARNING: with wiring.keep false, helm uninstall takes away what makes the gateway ask ({{ join ", " $wired }}): from then on it serves every route to everybody.
{{- end }}
{{- end -}}
