#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

namespace alarum {

/// An allocator for std::vector that asks the kernel for 2 MiB pages (madvise(2), MADV_HUGEPAGE) if
/// the array has at least one such page. A table of many megabytes that is read at random places
/// misses the processor's TLB with nearly every read if its pages have 4 KiB; huge pages avoid
/// that.
///
/// The request is a hint: without huge pages the vector works just as well, but more slowly. An
/// array of that size is rounded up to whole pages. Stateless; throws std::bad_alloc like
/// std::allocator.
template <class T>
struct HugeAllocator {
  using value_type = T;
  static constexpr std::size_t kPage = std::size_t{2} << 20;

  HugeAllocator() = default;
  template <class U>
  HugeAllocator(const HugeAllocator<U>&) {}

  T* allocate(std::size_t count) {
    const auto bytes = count * sizeof(T);
    void* const at = bytes >= kPage ? std::aligned_alloc(kPage, (bytes + kPage - 1) / kPage * kPage)
                                    : std::malloc(bytes);
    if (!at) throw std::bad_alloc();
    if (bytes >= kPage) (void)madvise(at, bytes, MADV_HUGEPAGE);  // a wish
    return static_cast<T*>(at);
  }
  void deallocate(T* at, std::size_t) { std::free(at); }
  template <class U>
  bool operator==(const HugeAllocator<U>&) const {
    return true;
  }
};

template <class T>
using HugeVector = std::vector<T, HugeAllocator<T>>;

}  // namespace alarum
