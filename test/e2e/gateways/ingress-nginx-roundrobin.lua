-- Takes turns, one endpoint after the other. Weights are not looked at: the controller gives every endpoint the same.
local RoundRobin = {}
RoundRobin.__index = RoundRobin

function RoundRobin.new(_, nodes)
  return setmetatable({ nodes = nodes }, RoundRobin)
end

function RoundRobin:reinit(nodes)
  self.nodes = nodes
  self.last = nil
end

function RoundRobin:find()
  self.last = next(self.nodes, self.last) or next(self.nodes)
  return self.last
end

return RoundRobin
