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

/// A hash table that grows by one bucket with each item beyond one a bucket (linear hashing, Litwin
/// 1980): no insertion ever pays for all that is there, whatever its size. Items stay where they
/// are in memory. It does not shrink. A walk's order follows from the keys and the number of
/// buckets alone, not from the order in which the keys came.
///
/// T has `key` (a string that does not change while T is here), `std::uint32_t hash` and
/// `std::unique_ptr<T> next`; the last two are the table's.
template <class T>
class LinearTable {
 public:
  LinearTable() = default;
  ~LinearTable() { clear(); }
  LinearTable(const LinearTable&) = delete;
  LinearTable& operator=(const LinearTable&) = delete;

  T* find(std::string_view key) const {
    const auto hash = hash_of(key);
    auto* item = buckets_[place(hash)].get();
    while (item && !(item->hash == hash && item->key == key)) item = item->next.get();
    return item;
  }
  /// `item`, whose key is not there yet.
  T& add(std::unique_ptr<T> item) {
    item->hash = hash_of(item->key);
    if (size_++ >= buckets_.size()) split();
    auto& added = *item;
    insert(buckets_[place(added.hash)], std::move(item));
    return added;
  }
  /// Gives back an item that is there.
  std::unique_ptr<T> take(T& item) {
    auto* link = &buckets_[place(item.hash)];
    while (link->get() != &item) link = &(*link)->next;
    auto taken = std::move(*link);
    *link = std::move(taken->next);
    --size_;
    return taken;
  }

  /// Some `most` items are destroyed. True: none is left. Nothing else may be asked of the table
  /// between the first call and the last.
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
  /// To walk over all in parts: bucket 0, 1, 2, … as long as there is one. Items that are added
  /// meanwhile may be met or not, all others are met once or (those of a bucket that was split
  /// since) twice.
  std::size_t buckets() const { return buckets_.size(); }
  template <class Visit>
  void in_bucket(std::size_t bucket, Visit visit) const {
    for (auto* item = buckets_[bucket].get(); item; item = item->next.get()) visit(*item);
  }
  /// Each once. `visit` must not add or take.
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
  // Buckets up to `half_`, and those that came of splitting them: the first of them one bit more of
  // the hash tells apart.
  std::size_t place(std::uint32_t hash) const {
    const auto wide = hash & (2 * half_ - 1);
    return wide < buckets_.size() ? wide : hash & (half_ - 1);
  }
  static void insert(Chain& chain, Chain&& item) {
    auto* link = &chain;
    while (*link && std::tie((*link)->hash, (*link)->key) < std::tie(item->hash, item->key))
      link = &(*link)->next;
    item->next = std::move(*link);
    *link = std::move(item);
  }
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
  // Not by the chains' own destructors: they would call each other.
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
