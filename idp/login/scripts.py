"""The atomic steps of the throttle, in Lua: read all counters of a try, judge, count.

A counter is a hash: ``n`` tries since ``since``, no further one before ``until``. What SQL kept of it is put
back first, should Redis have lost it. All keys of a call lie in one slot; the time comes from the caller, so
that tests can move it.
"""

from idp.store import redis

_COUNT = """
local function count(key, now, window, slow_at, slow_pause, lock_at, lock_pause)
  local held = redis.call('HMGET', key, 'n', 'since', 'until')
  local n, since = tonumber(held[1]) or 0, tonumber(held[2]) or now
  if now - since >= window then n, since = 0, now end
  n = n + 1
  local pause = 0
  if n >= lock_at then pause = lock_pause elseif n >= slow_at then pause = slow_pause end
  local paused = math.max(tonumber(held[3]) or 0, pause > 0 and now + pause or 0)
  redis.call('HSET', key, 'n', n, 'since', since, 'until', paused)
  redis.call('EXPIRE', key, math.max(window, pause) + 60)
  return n
end
"""

_RESTORE = """
local function restore(key, now, window, n, since, till)
  local held = redis.call('HMGET', key, 'n', 'since', 'until')
  local own, own_since, own_till = tonumber(held[1]) or 0, tonumber(held[2]) or now, tonumber(held[3]) or 0
  if now - own_since >= window then own = 0 end
  local lost = now - since < window and n > own
  if not lost and till <= own_till then return end
  if lost then
    if own == 0 then own_since = since end
    own = n
  end
  redis.call('HSET', key, 'n', own, 'since', own_since, 'until', math.max(own_till, till))
  redis.call('EXPIRE', key, math.max(window, till - now) + 60)
end
"""

#: ARGV: now, then charged, window, slow_at, slow_pause, lock_at, lock_pause, kept n, since, until a key.
ADMIT = redis.Script(
    _COUNT
    + _RESTORE
    + """
local now = tonumber(ARGV[1])
local wait = 0
for i, key in ipairs(KEYS) do
  local a = 2 + (i - 1) * 9
  if ARGV[a] == '1' then
    restore(key, now, tonumber(ARGV[a + 1]), tonumber(ARGV[a + 6]), tonumber(ARGV[a + 7]),
            tonumber(ARGV[a + 8]))
  end
  wait = math.max(wait, (tonumber(redis.call('HGET', key, 'until')) or 0) - now)
end
if wait > 0 then return {wait, 0} end
local left = 1000000
for i, key in ipairs(KEYS) do
  local a = 2 + (i - 1) * 9
  if ARGV[a] == '1' then
    local lock_at = tonumber(ARGV[a + 4])
    local n = count(key, now, tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]),
                    lock_at, tonumber(ARGV[a + 5]))
    left = math.min(left, lock_at - n)
  end
end
return {0, left}
"""
)

#: Give one try back; ARGV: for each key the failures at which it begins to pause.
GIVE_BACK = redis.Script("""
for i, key in ipairs(KEYS) do
  local n = tonumber(redis.call('HGET', key, 'n')) or 0
  if n > 0 then
    redis.call('HSET', key, 'n', n - 1)
    if n - 1 < tonumber(ARGV[i]) then redis.call('HSET', key, 'until', 0) end
  end
end
""")

#: KEYS: network counter, accounts of the network, its mark, all accounts, all networks, their mark.
#: ARGV: now, window, lock_at, lock_pause, who, network, spray_at, spray_at_all.
FAILED = redis.Script(
    _COUNT
    + """
local window, here, everywhere = tonumber(ARGV[2]), tonumber(ARGV[7]), tonumber(ARGV[8])
count(KEYS[1], tonumber(ARGV[1]), window, tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[3]),
      tonumber(ARGV[4]))
redis.call('PFADD', KEYS[2], ARGV[5])
redis.call('PFADD', KEYS[4], ARGV[5])
redis.call('PFADD', KEYS[5], ARGV[6])
for _, key in ipairs({KEYS[2], KEYS[4], KEYS[5]}) do redis.call('EXPIRE', key, window * 2) end
local one, all = redis.call('PFCOUNT', KEYS[2]), redis.call('PFCOUNT', KEYS[4])
local spray = {0, 0}
if one >= here and redis.call('SET', KEYS[3], 1, 'NX', 'EX', window * 2) then spray[1] = one end
if all >= everywhere and all >= 10 * redis.call('PFCOUNT', KEYS[5])
   and redis.call('SET', KEYS[6], 1, 'NX', 'EX', window * 2) then spray[2] = all end
return spray
"""
)
