#include "persona/redis_url.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace harbinger::persona {

namespace {

constexpr std::uint16_t kRedisPort = 6379, kSentinelPort = 26379;
constexpr std::size_t kMostPath = 107;  // unix(7): sun_path with its last NUL
constexpr std::string_view kForms =
    "; right would be redis://:password@host:6379/0, unix:///run/redis/redis.sock or "
    "redis+sentinel://:password@host:26379,host:26379/master-name";

std::unexpected<Error> wrong(std::string_view what) {
  return fail(ErrorCode::malformed, "the URL of Redis: " + std::string(what));
}

template <class Number>
std::optional<Number> number(std::string_view text, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value > most || value < 0 ? std::nullopt : std::optional(value);
}

// RFC 3986 sec. 2.1.
std::optional<std::string> decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    unsigned octet = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), octet, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) return std::nullopt;
    result += static_cast<char>(octet);
    i += 2;
  }
  return result;
}

bool host_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

Result<RedisAddress> parse_address(std::string_view text, std::uint16_t usual_port) {
  RedisAddress address;
  std::string_view rest = text;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return wrong("an IPv6 address ends with ], as in redis://[::1]:6379");
    address.host = text.substr(1, end - 1);
    if (!std::ranges::all_of(address.host, [](char c) { return host_octet(c) || c == ':'; }))
      return wrong("what stands in [ ] must be an IPv6 address, as in redis://[::1]:6379");
    rest = text.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') return wrong("only :port may follow an IPv6 address");
  } else {
    address.host = text.substr(0, text.find(':'));
    if (!std::ranges::all_of(address.host, host_octet))
      return wrong("a host is letters, digits, - and . (an IPv6 address stands in [ ])");
    rest = text.substr(address.host.size());
  }
  if (address.host.empty()) return wrong("a host is missing" + std::string(kForms));
  address.port = usual_port;
  if (rest.empty()) return address;
  const auto port = number<std::uint16_t>(rest.substr(1), 65535);
  if (!port || *port == 0)
    return wrong("after host: comes a port from 1 to 65535 (an IPv6 address stands in [ ], a password before @)");
  address.port = *port;
  return address;
}

Result<void> parse_user(std::string_view text, RedisUrl& url) {
  const auto colon = text.find(':');
  if (colon == text.npos) return wrong("before @ stands user:password or :password");
  const auto user = decoded(text.substr(0, colon)), password = decoded(text.substr(colon + 1));
  if (!user || !password)
    return wrong("% in user or password begins two hexadecimal digits; a % itself is written %25");
  if (password->empty()) return wrong("the password before @ is empty; leave out what stands before the host, and @");
  url.user = *user;
  url.password = *password;
  return {};
}

Result<void> parse_database(std::string_view text, RedisUrl& url) {
  const auto database = number<int>(text, 1 << 20);
  if (!database) return wrong("a database is a number such as 0, as the last part: redis://host:6379/0");
  url.database = *database;
  return {};
}

// Both of them: [user:password@]addresses[/path].
Result<std::string_view> parse_authority(std::string_view text, std::uint16_t usual_port, RedisUrl& url) {
  if (text.find_first_of("?#") != text.npos)
    return wrong("? and # mean nothing here; in a password they are written %3F and %23");
  const auto at = text.rfind('@');
  if (at != text.npos) {
    if (text.substr(0, at).find_first_of("/@") != text.npos)
      return wrong("/ and @ in user or password are written %2F and %40");
    if (auto user = parse_user(text.substr(0, at), url); !user) return fail(user.error());
    text.remove_prefix(at + 1);
  }
  const auto slash = text.find('/');
  std::string_view hosts = text.substr(0, slash);
  while (true) {
    const auto comma = hosts.find(',');
    auto address = parse_address(hosts.substr(0, comma), usual_port);
    if (!address) return fail(address.error());
    url.addresses.push_back(std::move(*address));
    if (comma == hosts.npos) break;
    hosts.remove_prefix(comma + 1);
  }
  return slash == text.npos ? std::string_view() : text.substr(slash + 1);
}

Result<RedisUrl> parse_plain(std::string_view text) {
  RedisUrl url;
  const auto path = parse_authority(text, kRedisPort, url);
  if (!path) return fail(path.error());
  if (url.addresses.size() > 1)
    return wrong("several hosts are for Sentinel: redis+sentinel://host:26379,host:26379/master-name");
  if (!path->empty())
    if (auto database = parse_database(*path, url); !database) return fail(database.error());
  return url;
}

Result<RedisUrl> parse_sentinel(std::string_view text) {
  RedisUrl url;
  const auto path = parse_authority(text, kSentinelPort, url);
  if (!path) return fail(path.error());
  const auto slash = path->find('/');
  url.master = path->substr(0, slash);
  // As Sentinel itself has it: letters, digits and .-_
  if (url.master.empty() || !std::ranges::all_of(url.master, host_octet))
    return wrong(
        "after the Sentinels comes the master's name as Sentinel has it: redis+sentinel://host:26379/mymaster");
  if (slash != path->npos)
    if (auto database = parse_database(path->substr(slash + 1), url); !database) return fail(database.error());
  return url;
}

Result<RedisUrl> parse_unix(std::string_view text) {
  const auto path = decoded(text);
  if (!path || !path->starts_with('/') || path->size() < 2 || path->size() > kMostPath)
    return wrong("a Unix socket is an absolute path of at most 107 octets: unix:///run/redis/redis.sock");
  RedisUrl url;
  url.addresses.emplace_back().path = *path;
  return url;
}

}  // namespace

std::string RedisAddress::to_string() const {
  if (!path.empty()) return path;
  const bool v6 = host.find(':') != host.npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string RedisUrl::to_string() const {
  if (!addresses.empty() && !addresses[0].path.empty()) return "unix://" + addresses[0].path;
  std::string text = sentinel() ? "redis+sentinel://" : "redis://";
  for (std::size_t i = 0; i < addresses.size(); ++i) text += (i ? "," : "") + addresses[i].to_string();
  if (sentinel()) text += '/' + master;
  return text + '/' + std::to_string(database);
}

Result<RedisUrl> parse_redis_url(std::string_view text) {
  const auto takes = [&](std::string_view scheme) {
    if (!text.starts_with(scheme)) return false;
    text.remove_prefix(scheme.size());
    return true;
  };
  // What a C string cannot hold would be cut off silently on the way.
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 127; }) || text.find("%00") != text.npos)
    return wrong("there are spaces or control characters in it; in a password a space is written %20");
  if (takes("redis+sentinel://")) return parse_sentinel(text);
  if (takes("redis://")) return parse_plain(text);
  if (takes("unix://")) return parse_unix(text);
  if (takes("rediss://"))
    return wrong(
        "rediss:// is TLS, which is not built in; run a TLS tunnel on this host and name it: redis://localhost:6379");
  return wrong("it begins with none of redis://, unix:// and redis+sentinel://" + std::string(kForms));
}

}  // namespace harbinger::persona
