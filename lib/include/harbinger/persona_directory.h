// What everybody in the process may know of the present personas: names, and what follows from each.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <harbinger/persona.h>
#include <harbinger/persona_engine.h>
#include <harbinger/persona_id.h>
#include <harbinger/rcu.h>

namespace harbinger {

/// A persona's name, held by value.
class PersonaName {
 public:
  static constexpr std::size_t kMost = 31;
  explicit PersonaName(std::string_view name) noexcept;
  std::string_view view() const noexcept { return {octets_.data(), size_}; }

 private:
  std::array<char, kMost> octets_{};
  std::uint8_t size_ = 0;
};

/// Filled by whoever has an engine (the plugin `persona`), read by everybody. Empty, there is the default persona only.
class PersonaDirectory {
 public:
  PersonaDirectory() = default;
  PersonaDirectory(const PersonaDirectory&) = delete;
  PersonaDirectory& operator=(const PersonaDirectory&) = delete;

  /// Any thread; no lock, no allocation. A number that nobody gave a name has its number for one: "persona-7".
  PersonaName name(PersonaId persona) const noexcept;
  /// Null when there is no such persona. Any thread that is an rcu::Reader, until it is next quiescent; no lock, no allocation.
  const PersonaProfile* profile(PersonaId persona) const noexcept;

  /// All of them, by number. Any thread that is no worker: takes a lock.
  std::vector<PersonaProfile> personas() const;

  /// These are the personas from now on. Any thread.
  void publish(std::vector<PersonaProfile> personas);

  /// Calls `renamed` after a persona has got, lost or changed its name, while the handle lives: what was decided by names may be wrong now. As
  /// hear_expected otherwise.
  [[nodiscard]] std::shared_ptr<void> hear_renamed(std::function<void()> renamed);

  /// Calls `hear` with what an engine expects after contexts that tables know little of, while the handle lives. `hear` must not block; it is
  /// not called any more when the handle is gone.
  using Hear = std::function<void(const PersonaUpdate::Successors&)>;
  [[nodiscard]] std::shared_ptr<void> hear_expected(Hear hear);
  /// Tells everybody who wants to hear. Any thread.
  void expected(const PersonaUpdate::Successors& successors);

 private:
  static constexpr std::size_t kPersonas = 256;
  struct Table {
    std::array<std::unique_ptr<const PersonaProfile>, kPersonas> profiles;
  };
  // A name as readers without RCU may have it, guarded by a sequence number.
  struct Label {
    std::atomic<std::uint32_t> version{0};
    std::array<std::atomic<std::uint64_t>, 4> words{};  ///< 31 characters and their number
  };
  void write(Label& label, std::string_view name);
  template <class Each>
  std::shared_ptr<void> enlist(std::list<Each>& hearers, Each hear);

  mutable std::mutex writing_;
  std::mutex hearing_;
  std::array<Label, kPersonas> labels_;
  rcu::Published<Table> table_;
  std::list<Hear> hearers_;
  std::list<std::function<void()>> renamed_;
};

/// The process's one.
PersonaDirectory& persona_directory();

}  // namespace harbinger
