// A large array of zeroes on huge pages where the system has them: tables that are read in no order spend much of their time on page tables.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <span>
#include <type_traits>

namespace harbinger::sequence {

/// Owns `size` values, all bits zero at first; pages that were never written take no memory.
template <class T>
  requires std::is_trivially_copyable_v<T>
class HugeArray {
 public:
  explicit HugeArray(std::size_t size) : size_(size) {
    void* room = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) throw std::bad_alloc();
    ::madvise(room, bytes(), MADV_HUGEPAGE);  // a wish; without it the array is only slower
    values_ = static_cast<T*>(room);
  }
  ~HugeArray() { ::munmap(values_, bytes()); }
  HugeArray(const HugeArray&) = delete;
  HugeArray& operator=(const HugeArray&) = delete;

  T& operator[](std::size_t at) noexcept { return values_[at]; }
  const T& operator[](std::size_t at) const noexcept { return values_[at]; }
  std::size_t size() const noexcept { return size_; }
  std::size_t bytes() const noexcept { return size_ * sizeof(T); }
  std::span<T> all() noexcept { return {values_, size_}; }
  std::span<const T> all() const noexcept { return {values_, size_}; }

 private:
  std::size_t size_;
  T* values_;
};

}  // namespace harbinger::sequence
