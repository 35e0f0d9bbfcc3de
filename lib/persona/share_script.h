// What Redis itself decides: of two values under one key the newer one stays, whoever writes when.
#pragma once

#include <string_view>

namespace harbinger::persona {

/// KEYS: where it goes; the set of names. ARGV: the value (share_codec.h), milliseconds until it goes (0: never), the channel to tell (empty:
/// none), what to say there (empty: the value), the name for the set (empty: none).
/// Answers 1, or the value that is there when that is newer or as new; a value that was there already is 1 and is not told again.
/// Damaged values, and values of another type, count as not there.
inline constexpr std::string_view kWriteNewest = R"lua(
local value = ARGV[1]
local function stamp(v)
  if type(v) ~= 'string' or #v < 34 or v:sub(1, 2) ~= value:sub(1, 2) then return nil end
  if redis.sha1hex(v:sub(1, 18) .. v:sub(35)):sub(1, 16) ~= v:sub(19, 34) then return nil end
  local high, low = struct.unpack('>I4I4', v, 3)
  return high, low
end
local old = redis.pcall('GET', KEYS[1])
if old == value then return 1 end
local old_high, old_low = stamp(old)
local high, low = stamp(value)
if old_high and (old_high > high or (old_high == high and old_low >= low)) then return old end
if ARGV[2] == '0' then
  redis.call('SET', KEYS[1], value)
else
  redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
end
if ARGV[5] ~= '' then
  local added = redis.pcall('SADD', KEYS[2], ARGV[5])
  if type(added) == 'table' then
    redis.call('DEL', KEYS[2])
    redis.call('SADD', KEYS[2], ARGV[5])
  end
end
if ARGV[3] ~= '' then
  redis.call('PUBLISH', ARGV[3], ARGV[4] == '' and value or ARGV[4])
end
return 1
)lua";

}  // namespace harbinger::persona
