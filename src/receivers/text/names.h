#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/template.h"
#include "receivers/text/card.h"

namespace alarum::receivers {

/// The values of the names that a receiver's templates may use (config::template_names()): of one
/// alert, or of the message as a whole, where a name has a value when all alerts share it.
Template::Lookup message_names(const model::Message& message, const CardStyle& style);
Template::Lookup alert_names(const model::Message& message, const model::Change& change,
                             const CardStyle& style);

/// A template's text in the values of the message; a name without a value is empty.
std::string render(const std::string& text, const Template::Lookup& lookup, Escaper escape);

/// What all alerts of the message have in common.
model::Labels common_labels(const model::Message& message);
model::Labels common_annotations(const model::Message& message);
/// Those of the rule, and how it ended (`resolved_reason`), how often it was seen (`count`) and of
/// a reminder when it was last (`last_reported`, `not_confirmed_since`) unless the rule has such
/// ones.
model::Labels told_annotations(const model::Change& change);

/// What receivers know a message by: the same for each attempt, another one for each message of a
/// group, reminders too.
std::uint64_t message_hash(const model::Message& message);
/// `firing` while one of its alerts does, else `resolved`.
std::string_view status_of(const model::Message& message);
/// Where the alert is shown: as its sender says, else its history at the bridge.
std::string generator_url(const model::Alert& alert, const std::string& external_url);

}  // namespace alarum::receivers
