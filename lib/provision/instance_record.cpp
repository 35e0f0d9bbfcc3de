#include "provision/instance_record.h"

#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path file_in(const fs::path& folder) { return folder / "order.json"; }

std::optional<InstanceRecord> from_json(const json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto text = [&](const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  InstanceRecord record{.id = text("id"), .template_name = text("template"), .reach = {}, .boot = text("boot")};
  if (const auto address = IpAddress::parse(text("address"))) record.reach.addresses.push_back(*address);
  const auto port = object.find("port");
  if (port == object.end() || !port->is_number_unsigned() || port->get<std::uint64_t>() > 65'535) return std::nullopt;
  record.reach.port = port->get<std::uint16_t>();
  if (record.id.empty() || record.boot.empty() || record.reach.addresses.empty()) return std::nullopt;
  return record;
}

}  // namespace

Result<void> write_record(const fs::path& folder, const InstanceRecord& record) {
  const auto file = file_in(folder);
  const auto unfinished = fs::path(file).concat(".new");
  const json object{{"id", record.id},
                    {"template", record.template_name},
                    {"address", record.reach.addresses.at(0).to_string()},
                    {"port", record.reach.port},
                    {"boot", record.boot}};
  std::ofstream out(unfinished, std::ios::trunc);
  out << object.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  out.close();
  std::error_code error;
  if (out) fs::rename(unfinished, file, error);
  if (!out || error)
    return fail(ErrorCode::denied,
                "cannot write " + file.string() + (error ? ": " + error.message() : ": is the disk full?"));
  return {};
}

std::optional<InstanceRecord> read_record(const fs::path& folder) {
  std::ifstream in(file_in(folder));
  if (!in) return std::nullopt;
  return from_json(json::parse(in, nullptr, false));
}

std::optional<ProcessIdentity> read_note(const fs::path& file) {
  std::ifstream in(file);
  ProcessIdentity process;
  if (!(in >> process.pid >> process.start) || process.pid <= 0) return std::nullopt;
  return process;
}

}  // namespace harbinger::provision
