import type { Wiring } from './fragment.ts';
import type { RecipeFile } from './recipe.ts';

/** What Kong's plugin `pre-function` does in the phase `access`. Needs `untrusted_lua_sandbox_requires = resty.http`. */
export function kongFragments(wiring: Wiring): readonly RecipeFile[] {
  return [{ name: 'access.lua', language: 'lua', text: access(wiring) }];
}

function access({ watchword, pipeline, milliseconds, identity }: Wiring): string {
  return `local http = require "resty.http"
local headers = kong.request.get_headers(1000)
for _, name in ipairs({ "host", "connection", "content-length", "expect", "te", "transfer-encoding", "upgrade" }) do
  headers[name] = nil
end
local query = kong.request.get_raw_query()
headers["x-forwarded-method"] = kong.request.get_method()
headers["x-forwarded-host"] = kong.request.get_header("host")
headers["x-forwarded-uri"] = kong.request.get_raw_path() .. (query ~= "" and "?" .. query or "")
local client = http.new()
client:set_timeout(${milliseconds})
local answer = client:request_uri("http://${watchword}/auth/kong/${pipeline}", { headers = headers, keepalive_pool = 16 })
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
for name in string.gmatch("${identity.joined(',')}", "[^,]+") do
  kong.service.request.clear_header(name)
  if answer.headers[name] then kong.service.request.set_header(name, answer.headers[name]) end
end
`;
}
