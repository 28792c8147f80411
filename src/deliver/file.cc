// A file: one line of JSON a notification, the body of Alertmanager's webhook.
#include "deliver/notifier.h"

namespace alarum::deliver {

model::Content file_content(const model::Message& message, const Setting& setting) {
  return {webhook_content(message, {}, setting).body + "\n", {}};
}

}  // namespace alarum::deliver
