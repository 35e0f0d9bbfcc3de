// Settings to JSON, and their schema.
#include <type_traits>

#include "mirror/config_document.h"
#include "mirror/config_rows.h"

namespace harbinger::mirror {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template <class Fields>
ordered_json written(const Fields& fields);

ordered_json value_of(bool field) { return field; }
template <Number Field>
ordered_json value_of(Field field) {
  return field;
}
template <Span Field>
ordered_json value_of(Field field) {
  return field.count();
}
template <class Entry>
ordered_json value_of(const std::map<std::string, Entry>& field) {
  auto entries = ordered_json::object();
  for (const auto& [name, entry] : field) entries[name] = written(entry);
  return entries;
}
template <class Fields>
  requires std::is_class_v<Fields> && (!Span<Fields>)
ordered_json value_of(const Fields& fields) {
  return written(fields);
}

template <class Fields>
ordered_json written(const Fields& fields) {
  auto object = ordered_json::object();
  const auto write = [&](const Row& row, const auto& field) { object[row.key] = value_of(field); };
  each_row(write, fields);
  return object;
}

template <class Fields>
ordered_json schema_of(const Fields& defaults);

ordered_json kind_of(const Row&, bool field) { return {{"type", "boolean"}, {"default", field}}; }
template <Number Field>
ordered_json kind_of(const Row& row, Field field) {
  ordered_json kind{{"type", std::is_integral_v<Field> ? "integer" : "number"}};
  const auto bound = [](double number) { return ordered_json(static_cast<Field>(number)); };
  kind["minimum"] = bound(row.least);
  kind["maximum"] = bound(row.most);
  kind["default"] = field;
  return kind;
}
template <Span Field>
ordered_json kind_of(const Row& row, Field field) {
  return kind_of(row, static_cast<std::int64_t>(field.count()));
}
template <class Entry>
ordered_json kind_of(const Row&, const std::map<std::string, Entry>&) {
  return {{"type", "object"},
          {"propertyNames", {{"pattern", "^[A-Za-z0-9._-]{1,63}$"}}},
          {"maxProperties", 10'000},
          {"additionalProperties", schema_of(Entry())}};
}
template <class Fields>
  requires std::is_class_v<Fields> && (!Span<Fields>)
ordered_json kind_of(const Row&, const Fields& fields) {
  return schema_of(fields);
}

template <class Fields>
ordered_json schema_of(const Fields& defaults) {
  auto properties = ordered_json::object();
  const auto add = [&](const Row& row, const auto& field) {
    auto kind = kind_of(row, field);
    kind["description"] = row.help;
    properties[row.key] = std::move(kind);
  };
  each_row(add, defaults);
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

// Every value by its pointer; an empty object counts as one.
json flat(const MirrorSettings& settings) { return json(settings_document(settings)).flatten(); }

}  // namespace

ordered_json settings_document(const MirrorSettings& settings) { return written(settings); }

std::string settings_text(const MirrorSettings& settings) { return settings_document(settings).dump(2) + '\n'; }

ordered_json settings_schema() { return schema_of(MirrorSettings()); }

std::vector<FieldChange> changes_between(const MirrorSettings& before, const MirrorSettings& after) {
  const auto from = flat(before), to = flat(after);
  std::vector<FieldChange> changes;
  for (const auto& [at, value] : from.items()) {
    const auto now = to.value(at, json());
    if (now != value) changes.push_back({at, value, now});
  }
  for (const auto& [at, value] : to.items())  // null: an object without entries
    if (!from.contains(at) && !value.is_null()) changes.push_back({at, json(), value});
  return changes;
}

}  // namespace harbinger::mirror
