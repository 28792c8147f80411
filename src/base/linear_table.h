#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

namespace alarum {

/// A hash table that never rehashes as a whole (linear hashing, Litwin 1980): each insertion beyond
/// one item a bucket splits one bucket. So an insertion costs the same with ten items as with ten
/// million, and the engine never pauses for a large table.
///
/// - T has `key` (a string that does not change while the item is in the table), `std::uint32_t
///   hash` and `std::unique_ptr<T> next`. Only the table writes the last two.
/// - The table owns its items. Their addresses do not change while they are in it.
/// - Costs: find, add and take are constant on average. The number of buckets never shrinks, except
///   by drop_some().
/// - The order of a walk follows from the keys and the number of buckets alone, not from the order
///   of insertion. It is the order of one build of the program: std::hash decides it.
///
/// One thread at a time. Nothing can fail but for std::bad_alloc.
template <class T>
class LinearTable {
 public:
  LinearTable() = default;
  ~LinearTable() { clear(); }
  LinearTable(const LinearTable&) = delete;
  LinearTable& operator=(const LinearTable&) = delete;

  /// The item with this key, or nullptr.
  T* find(std::string_view key) const {
    const auto hash = hash_of(key);
    auto* item = buckets_[place(hash)].get();
    while (item && !(item->hash == hash && item->key == key)) item = item->next.get();
    return item;
  }
  /// Inserts an item. The caller has checked that no item with its key is in the table.
  T& add(std::unique_ptr<T> item) {
    item->hash = hash_of(item->key);
    if (size_++ >= buckets_.size()) split();
    auto& added = *item;
    insert(buckets_[place(added.hash)], std::move(item));
    return added;
  }
  /// Removes an item, which must be in the table, and returns it.
  std::unique_ptr<T> take(T& item) {
    auto* link = &buckets_[place(item.hash)];
    while (link->get() != &item) link = &(*link)->next;
    auto taken = std::move(*link);
    *link = std::move(taken->next);
    --size_;
    return taken;
  }

  /// Destroys about `most` items, or empty buckets, so that a caller can clear a large table in
  /// small steps. True once it is empty and can be used again. Between the first call and the one
  /// that returns true no other method may be called.
  bool drop_some(std::size_t most) {
    for (std::size_t seen = 0; seen < most && !buckets_.empty(); ++seen) {
      for (auto& chain = buckets_.back(); chain; ++seen) chain = std::move(chain->next);
      buckets_.pop_back();
    }
    if (!buckets_.empty()) return false;
    buckets_.emplace_back();
    half_ = 1, size_ = 0;
    return true;
  }

  std::size_t size() const { return size_; }
  /// For a walk in parts: visit bucket 0, 1, 2, … while it is less than buckets(), which may grow
  /// meanwhile. An item that is there for the whole walk is visited once, or twice if its bucket
  /// was split after the visit. Items that are added during the walk may or may not be visited.
  std::size_t buckets() const { return buckets_.size(); }
  template <class Visit>
  void in_bucket(std::size_t bucket, Visit visit) const {
    for (auto* item = buckets_[bucket].get(); item; item = item->next.get()) visit(*item);
  }
  /// Visits every item once. `visit` must not add or take items.
  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) in_bucket(bucket, visit);
  }

 private:
  using Chain = std::unique_ptr<T>;

  static std::uint32_t hash_of(std::string_view key) {
    const auto hash = std::hash<std::string_view>()(key);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
  }
  // There are `half_` (a power of two) buckets and those that came from splitting the first ones.
  // An item of a split bucket is placed by one bit more of its hash.
  std::size_t place(std::uint32_t hash) const {
    const auto wide = hash & (2 * half_ - 1);
    return wide < buckets_.size() ? wide : hash & (half_ - 1);
  }
  // Chains are ordered by hash and key, so that the order of a walk does not depend on history.
  static void insert(Chain& chain, Chain&& item) {
    auto* link = &chain;
    while (*link && std::tie((*link)->hash, (*link)->key) < std::tie(item->hash, item->key))
      link = &(*link)->next;
    item->next = std::move(*link);
    *link = std::move(item);
  }
  // Splits the next bucket in turn and appends the new one.
  void split() {
    if (buckets_.size() == 2 * half_) half_ *= 2;
    auto rest = std::move(buckets_[buckets_.size() - half_]);
    buckets_.emplace_back();
    while (rest) {
      auto item = std::move(rest);
      rest = std::move(item->next);
      insert(buckets_[place(item->hash)], std::move(item));
    }
  }
  // Iterative, because the destructor of a chain would recurse once for each item.
  void clear() {
    for (auto& chain : buckets_) {
      while (chain) chain = std::move(chain->next);
    }
  }

  std::deque<Chain> buckets_{1};
  std::size_t half_ = 1;
  std::size_t size_ = 0;
};

}  // namespace alarum
