#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/event.h"
#include "model/receipt.h"

namespace alarum::model {

/// The place of a record in the journal. Records are counted from 0 without gaps, and an offset is
/// never used twice.
using Offset = std::uint64_t;

/// The first 8 bytes, big-endian, of the SHA-256 of a generation's text. 0 before the first
/// generation.
using GenerationId = std::uint64_t;

/// What an event is for a rule: it fits the rule's `match`; it is an end (`until`, or a sender's
/// `status: resolved`); it is a step of the rule's `sequence`; or it is what its `annotate` waits
/// for.
enum class Role : std::uint8_t { match = 1, until = 2, step = 3, annotate = 4 };

/// One rule that an event matched, and in which role.
struct Hit {
  std::uint32_t rule = 0;  ///< index into the generation's rules
  Role role = Role::match;
  std::uint8_t step = 0;  ///< of Role::step: which one
  friend bool operator==(const Hit&, const Hit&) = default;
  friend auto operator<=>(const Hit&, const Hit&) = default;
};

/// All hits of one event under one generation, ordered by rule, then role, then step.
struct Hits {
  GenerationId generation = 0;
  std::vector<Hit> hits;
};

/// The payloads of control records follow (docs/formats/journal.md). Everything that changes the
/// engine's state from outside is one of them, so that a replay sees it in its place.
///
/// Time has passed. Written only when a timer is due and no other record comes.
struct Tick {};
/// The daemon started. `gap`: engine time since the last record, zero if there was none.
struct Start {
  Duration gap{};
};
/// The daemon stopped in order: the last record of its run.
struct Stop {};
/// From here on the rules of this generation are in force, and `routing` decides who is notified of
/// what. `hash`: the SHA-256 of the generation's text, 64 hex digits.
struct Reload {
  std::string hash;
  /// App::routing_text(); empty if the routing did not change. The journal does not interpret it.
  std::string routing = {};
};
/// Somebody set the wall clock: it jumped by this much. Engine time did not follow.
struct ClockStep {
  Duration by{};
};

/// A silence was made or changed. `silence` is silence_json(); the journal does not interpret it.
struct SetSilence {
  std::string silence;
};
/// The silence with this id ends here.
struct ExpireSilence {
  std::string id;
};
/// A person takes care of an alert. Nobody is reminded of it until it ends, or until `lasts`
/// (engine time from this record on; zero means no limit) is over.
struct Acknowledge {
  std::string alert_id, by, comment;
  Duration lasts{};
};
/// The acknowledgement of this alert is withdrawn.
struct Unacknowledge {
  std::string alert_id, by, comment;
};
/// A person says that an alert is over. It ends here, with the reason `manual`.
struct ResolveAlert {
  std::string alert_id, by, comment;
};

/// A person says something about an alert, firing or ended. It changes nothing; the history shows
/// it among what happened to the alert.
struct CommentAlert {
  std::string alert_id, by, comment;
};

/// Results of deliveries, in the order in which delivery reported them.
struct Receipts {
  std::vector<Receipt> receipts;
};
/// A person asks to send dead letters again. Those that are out of date by now are left out.
struct Redrive {
  std::vector<std::string> ids;  ///< of the letters
};

/// Who is notified of built-in alerts from here on, until a Reload brings another routing: the
/// first of these receivers whose targets accept what they are sent.
struct OwnReceivers {
  std::vector<std::string> names;
};

using Payload = std::variant<Event, Tick, Start, Stop, Reload, ClockStep, SetSilence, ExpireSilence,
                             Acknowledge, ResolveAlert, Unacknowledge, Receipts, Redrive,
                             OwnReceivers, CommentAlert>;

/// When a record was written. `at` is engine time, which never goes back from record to record.
/// `ahead` is how far engine time is before the wall clock (negative: behind it). It is zero unless
/// somebody set the wall clock; differences of less than two seconds count as none.
struct Stamp {
  // Converts from a time, for places where the clocks agree.
  Stamp(Time engine = {}, Duration before = {}) : at(engine), ahead(before) {}
  Time at;
  Duration ahead;
};

/// One record of the journal as the engine sees it. The journal's writer sets the offset, the time
/// and the generation.
struct Record {
  Offset offset = 0;
  Time at;                      ///< engine time; never goes back from record to record
  GenerationId generation = 0;  ///< in force at this offset; of a Reload: the new one
  Payload payload;
  /// Made at ingest. If its generation is not the one in force at this offset, the engine drops it
  /// and matches again.
  std::optional<Hits> hits;
  Duration ahead{};  ///< as Stamp has it

  Time arrived() const { return at - ahead; }  ///< by the wall clock
};

}  // namespace alarum::model
