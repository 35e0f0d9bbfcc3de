// What Redis itself decides: who is a member, and whose publication stands.
#pragma once

#include <string_view>

namespace harbinger::mirror {

/// One script for all, each call taken as a whole. Times are of Redis' own clock, which is why no server's clock matters. KEYS[1] is the table of
/// members: `m:ID` until when, the `epoch` (another one when the table was lost), `change` (grows as members come and go), `time` of the last call. It has no
/// time to live, so that a Redis that is short of memory does not let go of it before all others.
///
/// announce ID LEASE EPOCH: I am here; EPOCH is taken when there is none. Answers {was here already, time, epoch, change, members...}.
/// leave ID: not any more.
/// publish ID EPOCH CHANGE VERSION LEASE BODY CHANNEL NAME, KEYS[2] where, KEYS[3] the index: keeps "VERSION UNTIL BODY" and tells it on the channel. Answers
///   {"kept", time, value}; {"stale", time} when ID is no member or the members are not those of the call any more; {"newer", time, value} when one that is
///   there has a higher version, or the same one with another body.
/// tell LEASE BODY CHANNEL NAME, KEYS[2] where, KEYS[3] the index: keeps "0 UNTIL BODY" and tells the name on the channel.
///
/// An index holds the names (the last part of keys) of what is kept, by when it goes.
inline constexpr std::string_view kShareScript = R"lua(
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local members = KEYS[1]

-- Lets go of those whose lease is over. A clock that was set back by more than a second makes all leases doubtful.
local function present()
  local last = tonumber(redis.call('HGET', members, 'time') or '0') or 0
  if last - now > 1000 then
    redis.call('DEL', members)
  elseif last > now then
    now = last
  end
  local ids, gone = {}, 0
  local all = redis.call('HGETALL', members)
  for i = 1, #all, 2 do
    if all[i]:sub(1, 2) == 'm:' then
      if (tonumber(all[i + 1]) or 0) <= now then
        redis.call('HDEL', members, all[i])
        gone = gone + 1
      else
        ids[#ids + 1] = all[i]:sub(3)
      end
    end
  end
  if gone > 0 then redis.call('HINCRBY', members, 'change', gone) end
  return ids
end

local function text(number) return string.format('%.0f', number) end

-- At least as long as what it replaces, so that nobody who knows that misses this.
local function keep(lease, version, body, name)
  local rest = redis.call('PTTL', KEYS[2])
  if rest > lease then lease = rest end
  local value = version .. ' ' .. text(now + lease) .. ' ' .. body
  redis.call('SET', KEYS[2], value, 'PX', text(lease))
  redis.call('ZADD', KEYS[3], text(now + lease), name)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', text(now))
  return value
end

local operation = {}

function operation.announce(id, lease, fresh)
  local ids = present()
  local epoch = redis.call('HGET', members, 'epoch')
  if not epoch then
    epoch = fresh
    redis.call('HSET', members, 'epoch', epoch)
  end
  local was = redis.call('HEXISTS', members, 'm:' .. id)
  if was == 0 then
    redis.call('HINCRBY', members, 'change', 1)
    ids[#ids + 1] = id
  end
  redis.call('HSET', members, 'm:' .. id, text(now + lease), 'time', text(now))
  return {was, now, epoch, tonumber(redis.call('HGET', members, 'change')), unpack(ids)}
end

function operation.leave(id)
  if redis.call('HDEL', members, 'm:' .. id) == 1 then redis.call('HINCRBY', members, 'change', 1) end
  return {1, now}
end

function operation.publish(id, epoch, change, version, lease, body, channel, name)
  present()
  local there = redis.call('HMGET', members, 'm:' .. id, 'epoch', 'change')
  if not there[1] or there[2] ~= epoch or there[3] ~= change then return {'stale', now} end
  local old = redis.call('GET', KEYS[2])
  if old then
    local before, old_body = old:match('^(%d+) %d+ (.*)$')
    before = tonumber(before) or 0
    if before > tonumber(version) or (before == tonumber(version) and old_body ~= body) then return {'newer', now, old} end
  end
  local value = keep(tonumber(lease), version, body, name)
  redis.call('PUBLISH', channel, value)
  return {'kept', now, value}
end

function operation.tell(lease, body, channel, name)
  keep(tonumber(lease), '0', body, name)
  redis.call('PUBLISH', channel, name)
  return {'kept', now}
end

return operation[ARGV[1]](unpack(ARGV, 2))
)lua";

}  // namespace harbinger::mirror
