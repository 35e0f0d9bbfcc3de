// The values that wire knows how to read; here they get the phrase that an error message needs.
#include <harbinger/option_check.h>
#include <harbinger/option_value.h>

namespace harbinger {

namespace {

template <class T>
Result<T> or_wanted(Result<T> value, const char* wanted) {
  if (!value) return fail(value.error().code, wanted);
  return value;
}

template <class T>
Result<T> or_wanted(const std::optional<T>& value, const char* wanted) {
  if (!value) return fail(ErrorCode::unknown, wanted);
  return *value;
}

}  // namespace

Result<Name> OptionValue<Name>::parse(std::string_view text) {
  return or_wanted(Name::parse(text), "a domain name such as example.org");
}

Result<RRType> OptionValue<RRType>::parse(std::string_view text) {
  return or_wanted(parse_type(text), "a record type such as AAAA or TYPE65280");
}

Result<Rcode> OptionValue<Rcode>::parse(std::string_view text) {
  return or_wanted(parse_rcode(text), "a response code such as NXDOMAIN or REFUSED");
}

Result<IpAddress> OptionValue<IpAddress>::parse(std::string_view text) {
  return or_wanted(IpAddress::parse(text), "an IP address such as 192.0.2.1 or 2001:db8::1");
}

Result<IpPrefix> OptionValue<IpPrefix>::parse(std::string_view text) {
  return or_wanted(IpPrefix::parse(text), "an IP address or range such as 192.0.2.0/24 or 2001:db8::/32");
}

Result<SocketAddress> OptionValue<SocketAddress>::parse(std::string_view text) {
  return or_wanted(SocketAddress::parse(text), "an address with its port such as 192.0.2.1:53 or [2001:db8::1]:53");
}

void DefaultPort::apply(ValueReader<SocketAddress>& reader) const {
  reader.form = "ADDRESS[:PORT]";
  reader.parse = [port = port](std::string_view text) {
    return or_wanted(SocketAddress::parse(text, port),
                     "an address such as 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53");
  };
}

}  // namespace harbinger
