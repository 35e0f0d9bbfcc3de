#include "provision/openstack_options.h"

#include <utility>

namespace harbinger::provision {

namespace {

Result<NovaAddresses> addresses_of(const std::string& who, const std::string& word) {
  if (word == "all") return NovaAddresses::all;
  if (word == "fixed") return NovaAddresses::fixed;
  if (word == "floating") return NovaAddresses::floating;
  return fail(ErrorCode::malformed, who + ": option addresses is '" + word + "', should be all, fixed or floating");
}

Result<void> check(const std::string& who, const Keystone::Settings& keystone) {
  if (keystone.secret.empty())
    return fail(ErrorCode::malformed,
                who + ": needs `secret`, a file with the password or the application credential's secret");
  const bool credential = !keystone.application_credential.empty();
  if (credential && !keystone.user.empty())
    return fail(ErrorCode::conflict, who + ": `application_credential` and `user` exclude each other");
  if (!credential && (keystone.user.empty() || keystone.project.empty()))
    return fail(ErrorCode::malformed, who + ": needs `application_credential`, or `user` and `project`");
  return {};
}

}  // namespace

OpenstackWords take_openstack_words(OptionWords& words) {
  OpenstackWords read;
  auto& keystone = read.keystone;
  read.auth_url = words.text("auth_url");
  keystone.ca = words.text("ca");
  keystone.user = words.text("user");
  keystone.user_domain = words.text("user_domain", keystone.user_domain);
  keystone.project = words.text("project");
  keystone.project_domain = words.text("project_domain", keystone.project_domain);
  keystone.application_credential = words.text("application_credential");
  keystone.secret = words.text("secret");
  keystone.region = words.text("region");
  keystone.interface = words.text("interface", keystone.interface);
  read.addresses = words.text("addresses", "all");
  return read;
}

Result<OpenstackAccount> check_openstack_words(std::string_view who, OpenstackWords words) {
  const std::string name(who);
  const auto addresses = addresses_of(name, words.addresses);
  if (!addresses) return fail(addresses.error());
  if (words.auth_url.empty())
    return fail(ErrorCode::malformed, name + ": needs `auth_url`, such as https://cloud.example:5000/v3");
  auto url = RestUrl::parse(words.auth_url);
  if (!url) return fail(url.error());
  words.keystone.auth_url = std::move(*url);
  if (auto fits = check(name, words.keystone); !fits) return fail(fits.error());
  return OpenstackAccount{.keystone = std::move(words.keystone), .addresses = *addresses};
}

}  // namespace harbinger::provision
