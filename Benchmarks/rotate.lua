-- wrk asks for the paths given after `--` in turn, all prepared beforehand so that the client stays cheap.
local requests, last = {}, 0

function init(paths)
    for i = 1, #paths do
        requests[i] = wrk.format("GET", paths[i])
    end
end

function request()
    last = last % #requests + 1
    return requests[last]
end
