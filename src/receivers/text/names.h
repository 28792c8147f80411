#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/template.h"
#include "receivers/text/card.h"

namespace alarum::receivers {

/// The values of the names that a receiver's templates may use (config::template_names()), of a
/// whole message or of one alert in it. For a message, a label or annotation has a value if all
/// alerts share it, `severity` is the worst one, and other names of an alert have a value if it is
/// the only one. The message has at least one change. The result refers to its arguments, which
/// must outlive it.
Template::Lookup message_names(const model::Message& message, const CardStyle& style);
Template::Lookup alert_names(const model::Message& message, const model::Change& change,
                             const CardStyle& style);

/// Renders a template with these values. A name without a value is empty.
std::string render(const std::string& text, const Template::Lookup& lookup, Escaper escape);

/// Labels and annotations that are the same in all alerts of the message.
model::Labels common_labels(const model::Message& message);
model::Labels common_annotations(const model::Message& message);
/// The alert's annotations, with what people are notified of as well: the reason of its end
/// (`resolved_reason`), how often it was seen (`count`), its acknowledgement, and in a reminder
/// `last_reported` or `not_confirmed_since`. An annotation of the rule with the same name is kept.
model::Labels told_annotations(const model::Change& change);

/// A number by which receivers recognise a message. It is the same for each attempt and differs
/// between the messages of a group, reminders included.
std::uint64_t message_hash(const model::Message& message);
/// What systems that keep incidents know a group by: the same for all its messages, so that a
/// repeat updates and an end closes. 64 hexadecimal digits.
std::string incident_key(const model::Message& message);
/// Where it is: the first of the labels `server`, `subject`, `instance` and `source` that all
/// alerts share; `alarum`, if there is none.
std::string place_of(const model::Message& message);
/// `firing` if at least one alert fires, otherwise `resolved`.
std::string_view status_of(const model::Message& message);
/// Where the alert is shown: the URL that its sender gave, otherwise its page at this daemon.
std::string generator_url(const model::Alert& alert, const std::string& external_url);

}  // namespace alarum::receivers
