#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert/instances.h"
#include "correlate/correlator.h"
#include "match/generation.h"
#include "model/record.h"

namespace alarum::engine {

/// Finds a generation by the hash that a reload record names. Error: it is not stored, or does not compile.
using FindGeneration = std::function<Result<std::shared_ptr<const match::Generation>>(const std::string& hash)>;

/// Match + correlate + alert behind one step: pure, single-threaded, in journal order, no locks, no clock, no I/O. The daemon, rule
/// tests and replay run this same code; they differ only in where records come from and where changes go.
class Engine {
 public:
  explicit Engine(FindGeneration find) : find_(std::move(find)) {}

  /// First runs every timer due at or before the record's stamp, then the record. Error: only a reload whose generation
  /// cannot be found; the rules in force stay.
  Result<std::vector<model::Change>> step(const model::Record& record);

  /// When the next timer is due, in engine time.
  std::optional<Time> next_due() const { return instances_.next_due(); }
  const match::Generation* generation() const { return generation_.get(); }
  const alert::Instances& instances() const { return instances_; }
  const correlate::Counts& counts() const { return correlator_.counts(); }
  std::uint64_t missing_names() const { return missing_names_; }

  /// Everything the engine remembers, as text with a version: what a checkpoint holds.
  std::string save() const;
  /// Error `bad_state`: another version, or damaged. The engine is then unchanged.
  Result<void> restore(const std::string& state);

 private:
  void take(const model::Event& event, const model::Record& record, std::vector<model::Change>& out);
  void forget_ended(const std::vector<model::Change>& changes);
  Result<void> reload(const std::string& hash, const model::Record& record, std::vector<model::Change>& out);

  FindGeneration find_;
  std::shared_ptr<const match::Generation> generation_;
  correlate::Correlator correlator_;
  alert::Instances instances_;
  std::size_t missing_names_ = 0;
};

}  // namespace alarum::engine
