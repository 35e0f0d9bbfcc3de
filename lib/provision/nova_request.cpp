#include <openssl/evp.h>

#include <algorithm>

#include "base/read_file.h"
#include "provision/nova_server.h"
#include "provision/template_words.h"

namespace harbinger::provision {

namespace {

constexpr std::uint16_t kUsualPort = 80;
constexpr std::size_t kMostUserData = 48u << 10u;  // 64 KiB in base64 is what Nova takes

std::string word(const Template& what, const std::string& name) {
  const auto found = what.more.find(name);
  return found == what.more.end() ? std::string() : found->second;
}

std::string base64(const std::string& text) {
  std::string coded((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(coded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  coded.resize(static_cast<std::size_t>(size));
  return coded;
}

// A word of a shell's command.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::map<std::string, std::string> values_of(const Order& order) {
  const auto port = order.what->port ? order.what->port : kUsualPort;
  return {{"address", "0.0.0.0"}, {"port", std::to_string(port)}, {"id", order.id}};
}

// What the machine does at its first start: a file of the operator, or the command as a script, which cloud-init runs.
Result<std::string> user_data(const Order& order) {
  std::string text;
  if (const auto file = word(*order.what, "user_data"); !file.empty()) {
    const auto read = read_file(file, "user_data");
    if (!read) return fail(ErrorCode::denied, read.error().message);
    text = filled(*read, values_of(order));
  } else if (!order.what->command.empty()) {
    text = "#!/bin/sh\nexec";
    for (const auto& each : order.what->command) text += " " + quoted(filled(each, values_of(order)));
    text += "\n";
  }
  if (text.size() > kMostUserData)
    return fail(ErrorCode::denied, "user_data of template " + order.what->name + " is over 48 KiB");
  return text.empty() ? text : base64(text);
}

// "auto", "none", or ids with commas between.
Json networks_of(std::string_view text) {
  if (text.empty()) return "auto";
  if (text == "auto" || text == "none") return text;
  Json networks = Json::array();
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    networks.push_back({{"uuid", text.substr(0, end)}});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return networks;
}

Json named_each(std::string_view text) {
  Json names = Json::array();
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    names.push_back({{"name", text.substr(0, end)}});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

}  // namespace

std::string server_name(std::string_view installation, std::string_view id) {
  return "harbinger-" + std::string(installation) + "-" + std::string(id);
}

std::string server_tag(std::string_view installation) { return "harbinger-" + std::string(installation); }

Result<void> check_server_order(const Order& order) {
  static const std::set<std::string_view> kWords{"availability_zone", "config_drive",    "flavor",   "key_name",
                                                 "networks",          "security_groups", "user_data"};
  if (auto fits = label_like(order.id, "id"); !fits) return fits;
  if (order.what->image.empty())
    return fail(ErrorCode::denied, "template " + order.what->name + " needs an image: the id of one that Glance has");
  return only_words(*order.what, kWords);
}

Result<Json> server_request(std::string_view installation, const Order& order, const std::string& flavor) {
  const auto data = user_data(order);
  if (!data) return fail(data.error());
  const auto& what = *order.what;
  Json server{{"name", server_name(installation, order.id)},
              {"imageRef", what.image},
              {"flavorRef", flavor},
              {"networks", networks_of(word(what, "networks"))},
              {"tags", Json::array({server_tag(installation)})},
              {"metadata",
               {{"harbinger_installation", installation},
                {"harbinger_id", order.id},
                {"harbinger_pool", what.name},
                {"harbinger_port", values_of(order)["port"]}}}};
  if (!data->empty()) server["user_data"] = *data;
  for (const char* name : {"key_name", "availability_zone"})
    if (auto text = word(what, name); !text.empty()) server[name] = text;
  if (auto groups = word(what, "security_groups"); !groups.empty()) server["security_groups"] = named_each(groups);
  if (word(what, "config_drive") == "yes") server["config_drive"] = true;
  return Json{{"server", std::move(server)}};
}

}  // namespace harbinger::provision
