#pragma once
#include "config/entry.h"

// One function a kind of receiver: reads what that kind alone has; the common part is read before.

namespace alarum::config {

void read_webhook(Entry& entry, Integration& into);
void read_cloudevents(Entry& entry, Integration& into);
void read_alertmanager(Entry& entry, Integration& into);
void read_pagerduty(Entry& entry, Integration& into);
void read_slack(Entry& entry, Integration& into);
void read_teams(Entry& entry, Integration& into);
void read_dingtalk(Entry& entry, Integration& into);
void read_feishu(Entry& entry, Integration& into);
void read_wecom(Entry& entry, Integration& into);
void read_smn(Entry& entry, Integration& into);
void read_email(Entry& entry, Integration& into);
void read_console(Entry& entry, Integration& into);
void read_file(Entry& entry, Integration& into);

}  // namespace alarum::config
