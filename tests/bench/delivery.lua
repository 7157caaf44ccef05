-- wrk's side of delivery.mjs: asks for the targets of the file KAPOK_TARGETS in turn, each thread from another place,
-- and prints one line of JSON at the end.

local requests = {}
local place = 0
local threads = 0

function setup(thread)
  thread:set("thread_number", threads)
  threads = threads + 1
end

function init(arguments)
  local headers = {}
  if os.getenv("KAPOK_CLOSE") then headers["Connection"] = "close" end
  for line in io.lines(os.getenv("KAPOK_TARGETS")) do
    requests[#requests + 1] = wrk.format("GET", line, headers)
  end
  place = math.floor(thread_number * #requests / 2)
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\nJSON {"requests":%d,"bytes":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\n',
    summary.requests, summary.bytes, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
