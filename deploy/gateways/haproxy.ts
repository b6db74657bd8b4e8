import { indented, lines, type Wiring } from './fragment.ts';
import { mainRoute, type Recipe, type RecipeFile, type Site, wiringOf } from './recipe.ts';

/** HAProxy with Lua: `haproxy.cfg` and `watchword.lua`. Run in their folder with `haproxy -db -f haproxy.cfg`. */
export function haproxyFiles(recipe: Recipe): readonly RecipeFile[] {
  // What is removed comes with each answer, so routes differ in nothing.
  const wiring = wiringOf(recipe, mainRoute(recipe));
  const { sites = [] } = recipe;
  const text = `global
  log stderr format raw local0 notice
  lua-load watchword.lua
defaults
  mode http
  log global
  timeout connect 1s
  timeout client 30s
  timeout server 30s
frontend web
  bind ${recipe.listen}
${indented(2, inFrontend(wiring))}${sites.map(useBackend).join('')}  default_backend application
backend application
  server one ${recipe.backend}
${sites.map(backend).join('')}`;
  return [{ name: 'haproxy.cfg', language: 'haproxy', text }, action(wiring)];
}

/** By the host that Watchword reads, without the port: with `hdr(host)` alone `:81` behind it leads elsewhere. */
function useBackend({ host }: Site): string {
  return `  use_backend ${host} if { req.hdr(host),host_only -m str -i ${host} }\n`;
}

function backend({ host, backend: address }: Site): string {
  return `backend ${host}
  server one ${address}
`;
}

/** What the chart gives to an HAProxy: the lines of a `frontend`, since HAProxy includes no files, and the action. */
export function haproxyFragments(wiring: Wiring): readonly RecipeFile[] {
  return [{ name: 'frontend.cfg', language: 'haproxy', text: inFrontend(wiring) }, action(wiring)];
}

function inFrontend({ watchword, pipeline, identity }: Wiring): string {
  return lines(
    '# Only what Watchword lets pass comes further than the next lines.',
    identity.ifAny(`# A proxy behind this one would drop every header that Connection names.
http-request deny deny_status 400 if { req.hdr(connection) -m reg -i ${identity.joined('|')} }`),
    `http-request lua.watchword http://${watchword}/auth/haproxy/${pipeline} ${identity.joined(',', '-')}`,
  );
}

function action({ milliseconds }: Wiring): RecipeFile {
  return {
    name: 'watchword.lua',
    language: 'lua',
    text: LUA.replace('MILLISECONDS', milliseconds),
  };
}

const LUA = `-- http-request lua.watchword URL HEADERS: asks URL about the request, and passes it on with HEADERS of the answer.
-- Only a 200 of Watchword passes. Everything else is answered here; no answer is a 503.
local TIMEOUT = MILLISECONDS
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
`;
