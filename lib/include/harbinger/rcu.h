// Read-copy-update: readers follow pointers without locks, writers free the old version when no reader can hold it.
#pragma once

#include <atomic>
#include <utility>

// The quiescent-state flavour (McKenney, "RCU Usage In the Linux Kernel", 2013; liburcu): a reader pays nothing per read. In
// exchange every reading thread says now and then that it holds no pointer: a worker does so between two batches.
namespace harbinger::rcu {

/// Registers the calling thread as a reader while it lives.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

/// The calling reader holds no pointer at this moment. Once per batch; a few nanoseconds.
void quiescent() noexcept;

/// The calling reader holds no pointer until `online`: around every wait, or writers' garbage would pile up.
void offline() noexcept;
void online() noexcept;

/// Calls `free(what)` on a helper thread once no reader can still see `what`. Any thread.
void retire(void* what, void (*free)(void*));

/// Returns once everything retired before has been freed. Not on a reader's thread while it is online.
void barrier();

/// A published snapshot of T: readers load it, one writer at a time replaces it as a whole.
template <class T>
class Published {
 public:
  Published() = default;
  explicit Published(T* first) : current_(first) {}
  ~Published() { delete current_.load(std::memory_order_relaxed); }
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  /// Valid until the reader is next quiescent. May be null.
  const T* load() const noexcept { return current_.load(std::memory_order_acquire); }

  /// Takes ownership of `next`; the old snapshot is freed after its last reader.
  void publish(T* next) {
    if (T* old = current_.exchange(next, std::memory_order_acq_rel))
      retire(old, [](void* p) { delete static_cast<T*>(p); });
  }

 private:
  std::atomic<T*> current_{nullptr};
};

}  // namespace harbinger::rcu
