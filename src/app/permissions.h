#pragma once
#include <string>

namespace alarum::app {

/// From here on this process makes folders as 0750 and files as 0640 at most, whatever umask it was
/// started with: the data folder holds payloads of events and what people are sent.
void restrict_new_files();

/// Takes permissions beyond 0750 and 0640 from the data folder and from what Alarum wrote into it
/// (an older version left them readable for everyone). Stricter ones stay, other people's files and
/// symbolic links are not touched. What cannot be mended is said in the log.
void restrict_data_folder(const std::string& folder);

}  // namespace alarum::app
