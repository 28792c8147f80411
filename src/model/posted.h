#pragma once
#include <string_view>

#include "model/event.h"

namespace alarum::model {

/// An extension attribute of events of the format `alertmanager`. It marks an event that stands for
/// an alert that was posted to Alertmanager's API (alert/posted.h). Its id is unlike any other, and
/// no rule matches it: it becomes an alert directly.
constexpr std::string_view kPostedMark = "posted";
/// Whether the event has that format and that attribute.
bool is_posted(const Event& event);

}  // namespace alarum::model
