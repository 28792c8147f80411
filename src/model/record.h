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

/// Place of a record in the journal, counted from 0, one a record, never reused.
using Offset = std::uint64_t;

/// First 8 bytes of the SHA-256 of a generation's text, big-endian; 0 before the first.
using GenerationId = std::uint64_t;

/// What a rule makes of an event: it fits the rule's `match`, one of its ends (`until`, or a
/// sender's `status: resolved`), a step of its `sequence`, or what its `annotate` waits for.
enum class Role : std::uint8_t { match = 1, until = 2, step = 3, annotate = 4 };

struct Hit {
  std::uint32_t rule = 0;  ///< index into the generation's rules
  Role role = Role::match;
  std::uint8_t step = 0;  ///< of Role::step: which one
  friend bool operator==(const Hit&, const Hit&) = default;
  friend auto operator<=>(const Hit&, const Hit&) = default;
};

/// All that one generation makes of one event, ordered by rule, then role, then step.
struct Hits {
  GenerationId generation = 0;
  std::vector<Hit> hits;
};

/// Time passed: written only while a timer is due and nothing else arrives.
struct Tick {};
/// The daemon began to listen. `gap`: engine time since the last record (zero for the first).
struct Start {
  Duration gap{};
};
struct Stop {};
/// From here on the rules of this generation are in force, and who is notified of what is what
/// `routing` says. `hash`: 64 hex digits of SHA-256 over the generation's text.
struct Reload {
  std::string hash;
  /// App::routing_text(); empty: as before. The journal does not read it
  std::string routing = {};
};
/// The wall clock was stepped by so much; engine time did not follow.
struct ClockStep {
  Duration by{};
};

/// A silence as it is from here on: made, or changed. `silence` is silence_json(): the journal does
/// not read it.
struct SetSilence {
  std::string silence;
};
/// The silence of that id ends here.
struct ExpireSilence {
  std::string id;
};
/// Somebody takes care of an alert: nobody is reminded of it until it ends, or until `lasts` is
/// over (zero: no such limit), by engine time from the record on.
struct Acknowledge {
  std::string alert_id, by, comment;
  Duration lasts{};
};
/// The acknowledgement of that alert is taken back.
struct Unacknowledge {
  std::string alert_id, by, comment;
};
/// Somebody says that an alert is over: it ends here, as `manual`.
struct ResolveAlert {
  std::string alert_id, by, comment;
};

/// How notifications ended and which attempts failed, in the order in which delivery said so.
struct Receipts {
  std::vector<Receipt> receipts;
};
/// Somebody sends dead letters again, as far as they are still true.
struct Redrive {
  std::vector<std::string> ids;  ///< of the letters
};

/// Who is notified of built-in alerts from here on, until a Reload says another routing: the first
/// of these whose targets take what they are sent.
struct OwnReceivers {
  std::vector<std::string> names;
};

using Payload =
    std::variant<Event, Tick, Start, Stop, Reload, ClockStep, SetSilence, ExpireSilence,
                 Acknowledge, ResolveAlert, Unacknowledge, Receipts, Redrive, OwnReceivers>;

/// When a record was written. `at` is engine time: it never goes back from record to record.
/// `ahead` is how far engine time is before the wall clock then (negative: behind it); it is zero
/// unless the wall clock was moved, and differences below two seconds are none.
struct Stamp {
  // From a time: where both clocks agree
  Stamp(Time engine = {}, Duration before = {}) : at(engine), ahead(before) {}
  Time at;
  Duration ahead;
};

/// One record of the journal as the engine sees it. `at` is engine time: it never goes back from
/// record to record.
struct Record {
  Offset offset = 0;
  Time at;
  GenerationId generation = 0;  ///< in force at this offset; of a Reload: the new one
  Payload payload;
  /// Made at ingest; dropped and made again when its generation is another
  std::optional<Hits> hits;
  Duration ahead{};  ///< of engine time before the wall clock, as Stamp has it

  Time arrived() const { return at - ahead; }  ///< by the wall clock
};

}  // namespace alarum::model
