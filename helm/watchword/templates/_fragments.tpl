{{/* Made from deploy/gateways by node deploy/kubernetes/generate.ts: do not edit. */}}

{{- define "watchword.fragment.caddy.watchword.caddyfile" -}}
(watchword) {
{{- if .identityHeaders }}
	# Caddy drops every header that Connection names, those of the answer too.
	@watchword-hop header_regexp Connection (?i){{ join "|" .identityHeaders }}
	handle @watchword-hop {
		respond 400
	}
{{- end }}
	handle {
		forward_auth {{ .watchword }} {
			# The httpCheck mark keeps the client's query out of the check's URL.
			uri /auth/caddy/-?
{{- if .identityHeaders }}
			# What the client sent under these names is removed, also where the answer has none (Caddy 2.11).
			copy_headers {{ join " " .identityHeaders }}
{{- end }}
			transport http {
				dial_timeout {{ .timeout }}
				response_header_timeout {{ .timeout }}
			}
		}
		# After the check, since Caddy orders request_header behind forward_auth.
{{- range .removedHeaders }}
		request_header -{{ . }}
{{- end }}
		{block}
	}
}
{{- end -}}

{{- define "watchword.fragment.haproxy.frontend.cfg" -}}
# Only what Watchword lets pass comes further than the next lines.
{{- if .identityHeaders }}
# A proxy behind this one would drop every header that Connection names.
http-request deny deny_status 400 if { req.hdr(connection) -m reg -i {{ join "|" .identityHeaders }} }
{{- end }}
http-request lua.watchword http://{{ .watchword }}/auth/haproxy/- {{ join "," .identityHeaders | default "-" }}
{{- end -}}

{{- define "watchword.fragment.haproxy.watchword.lua" -}}
-- http-request lua.watchword URL HEADERS: asks URL about the request, and passes it on with HEADERS of the answer.
-- Only a 200 of Watchword passes. Everything else is answered here; no answer is a 503.
local TIMEOUT = {{ .milliseconds }}
-- Without a Host: HAProxy asks the one that it names, whatever the URL says, so a client could send the check to a server of its own.
local not_asked = { "host", "connection", "content-length", "expect", "te", "transfer-encoding", "upgrade" }
local answered = { "www-authenticate", "retry-after", "cache-control", "content-type", "location" }

local function asked_headers(txn)
  local headers = {}
  for name, values in pairs(txn.http:req_get_headers()) do
    headers[name] = {}
    for i = 0, #values do table.insert(headers[name], values[i]) end
  end
  headers["x-forwarded-host"] = headers["host"]
  for _, name in ipairs(not_asked) do headers[name] = nil end
  headers["x-forwarded-method"] = { txn.f:method() }
  headers["x-forwarded-uri"] = { txn.f:pathq() }
  return headers
end

core.register_action("watchword", { "http-req" }, function(txn, url, identity)
  local answer = core.httpclient():get({ url = url, headers = asked_headers(txn), timeout = TIMEOUT })
  if answer and answer.status == 200 and answer.headers["watchword-reason"] then
    local remove = answer.headers["watchword-remove"]
    for name in string.gmatch(remove and remove[0] or "", "[^,]+") do txn.http:req_del_header(name) end
    for name in string.gmatch(identity, "[^,]+") do
      txn.http:req_del_header(name)
      local value = answer.headers[name]
      if value then txn.http:req_set_header(name, value[0]) end
    end
    return
  end
  local reply = txn:reply({ status = 503 })
  if answer and answer.status >= 300 then
    reply:set_status(answer.status)
    for _, name in ipairs(answered) do
      local values = answer.headers[name]
      if values then reply:add_header(name, values[0]) end
    end
    reply:set_body(answer.body)
  end
  txn:done(reply)
end, 2)
{{- end -}}

{{- define "watchword.fragment.kong.access.lua" -}}
local http = require "resty.http"
local headers = kong.request.get_headers(1000)
for _, name in ipairs({ "host", "connection", "content-length", "expect", "te", "transfer-encoding", "upgrade" }) do
  headers[name] = nil
end
local query = kong.request.get_raw_query()
headers["x-forwarded-method"] = kong.request.get_method()
headers["x-forwarded-host"] = kong.request.get_header("host")
headers["x-forwarded-uri"] = kong.request.get_raw_path() .. (query ~= "" and "?" .. query or "")
local client = http.new()
client:set_timeout({{ .milliseconds }})
local answer = client:request_uri("http://{{ .watchword }}/auth/kong/-", { headers = headers, keepalive_pool = 16 })
if not answer then return kong.response.exit(503) end
if answer.status ~= 200 or not answer.headers["watchword-reason"] then
  local status = answer.status >= 300 and answer.status or 503
  return kong.response.exit(status, answer.body, {
    ["WWW-Authenticate"] = answer.headers["WWW-Authenticate"],
    ["Retry-After"] = answer.headers["Retry-After"],
    ["Content-Type"] = answer.headers["Content-Type"],
    ["Cache-Control"] = answer.headers["Cache-Control"],
    ["Location"] = answer.headers["Location"],
  })
end
for name in string.gmatch(answer.headers["watchword-remove"] or "", "[^,]+") do
  kong.service.request.clear_header(name)
end
for name in string.gmatch("{{ join "," .identityHeaders }}", "[^,]+") do
  kong.service.request.clear_header(name)
  if answer.headers[name] then kong.service.request.set_header(name, answer.headers[name]) end
end
{{- end -}}

{{- define "watchword.fragment.nginx.watchword-http.conf" -}}
# Connections are kept: without the keepalive, the version and the empty Connection below, each check is one.
upstream watchword { server {{ .watchword }} max_fails=0; keepalive 16; }
# x_auth_subject is x-auth-subject to CGI, WSGI and PHP. The default, written out: never switch it on.
underscores_in_headers off;
# A token may be as long as Watchword reads it.
large_client_header_buffers 4 16k;
{{- end -}}

{{- define "watchword.fragment.nginx.watchword-server.conf" -}}
# For every location, also one that is added later.
auth_request /_watchword;
auth_request_set $watchword_status $upstream_http_watchword_status;
auth_request_set $watchword_challenge $upstream_http_www_authenticate;
{{- range .identityHeaders }}
auth_request_set $identity_{{ replace "-" "_" . }} $upstream_http_{{ replace "-" "_" . }};
{{- end }}
error_page 403 = @watchword_refused;
error_page 500 = @watchword_unavailable;
# One proxy_set_header in a location undoes all of these: such a location must include watchword-headers.conf.
# From the answer. Where it has none, nginx sends none: what the client sent under the name never arrives.
{{- range .identityHeaders }}
proxy_set_header {{ . }} $identity_{{ replace "-" "_" . }};
{{- end }}
{{- range .removedHeaders }}
proxy_set_header {{ . }} "";
{{- end }}
proxy_set_header Host $host;
proxy_set_header Connection "";
location = /_watchword {
  internal;
  proxy_pass http://watchword/auth/nginx/-;
  proxy_http_version 1.1;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  proxy_set_header Connection "";
  # $host and not $http_host: where the request line names a host, nginx chose the server by that one.
  proxy_set_header Host $host;
  proxy_set_header X-Original-Method $request_method;
  proxy_set_header X-Original-URI $request_uri;
  # By default an answer with more than 4 KiB of identity headers is none: limits.headerBytes is 8 KiB for each.
  proxy_buffer_size 16k;
  proxy_buffers 4 16k;
  proxy_connect_timeout {{ .timeout }};
  proxy_read_timeout {{ .timeout }};
}
# nginx drops what Watchword says beside a 403, and makes a 500 of every status that is not 2xx, 401 or 403.
location @watchword_refused {
  add_header WWW-Authenticate $watchword_challenge always;
  if ($watchword_status = 400) { return 400; }
  return 403;
}
location @watchword_unavailable {
  add_header Retry-After 1 always;
  return 503;
}
{{- end -}}

{{- define "watchword.fragment.nginx.watchword-headers.conf" -}}
# From the answer. Where it has none, nginx sends none: what the client sent under the name never arrives.
{{- range .identityHeaders }}
proxy_set_header {{ . }} $identity_{{ replace "-" "_" . }};
{{- end }}
{{- range .removedHeaders }}
proxy_set_header {{ . }} "";
{{- end }}
proxy_set_header Host $host;
proxy_set_header Connection "";
{{- end -}}
