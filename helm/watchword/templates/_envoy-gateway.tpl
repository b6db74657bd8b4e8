{{/*
Fails where the cluster shows that every request would be refused: Envoy Gateway without Backends, or a Gateway that another
release guards. Says nothing where there is no cluster to look at.
*/}}
{{- define "watchword.envoyGatewayChecks" -}}
{{- $name := include "watchword.fullname" . -}}
{{- with .Values.wiring.envoyGateway.controllerNamespace -}}
{{- $map := lookup "v1" "ConfigMap" . "envoy-gateway-config" -}}
{{- if $map -}}
{{- $settings := dig "data" "envoy-gateway.yaml" "" $map | fromYaml -}}
{{- $apis := $settings.extensionApis | default dict -}}
{{- if ne (toString $apis.enableBackend) "true" -}}
{{- fail (printf "wiring.envoyGateway needs extensionApis.enableBackend: true, which ConfigMap %s/envoy-gateway-config does not say: without it Envoy Gateway answers every request with 500. Set it and restart Envoy Gateway, with its chart: --set config.envoyGateway.extensionApis.enableBackend=true" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Capabilities.APIVersions.Has "gateway.envoyproxy.io/v1alpha1/SecurityPolicy" -}}
{{- range $gateway := .Values.wiring.envoyGateway.gateways -}}
{{- range (lookup "gateway.envoyproxy.io/v1alpha1" "SecurityPolicy" .namespace "").items -}}
{{- $release := dig "annotations" "meta.helm.sh/release-name" "" .metadata -}}
{{- $namespace := dig "annotations" "meta.helm.sh/release-namespace" "" .metadata -}}
{{- $ours := and (eq $release $.Release.Name) (eq $namespace $.Release.Namespace) -}}
{{- if and (eq (dig "labels" "app.kubernetes.io/name" "" .metadata) $.Chart.Name) (not $ours) -}}
{{- range dig "targetRefs" list .spec -}}
{{- if and (eq .kind "Gateway") (eq .name $gateway.name) -}}
{{- fail (printf "wiring.envoyGateway.gateways: Gateway %s/%s is guarded by release %s of namespace %s already, which Envoy Gateway would go on asking. Install under that name and namespace, or take its objects away first: kubectl delete securitypolicy,backend,httproute --namespace %s --selector app.kubernetes.io/name=%s,app.kubernetes.io/instance=%s" $gateway.namespace $gateway.name $release $namespace $gateway.namespace $.Chart.Name $release) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
