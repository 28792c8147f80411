#pragma once
#include <string>

namespace alarum::app {

/// Sets the umask so that this process creates folders as 0750 and files as 0640 at most. The data
/// folder has payloads of events and texts of notifications, which not everyone may read. To be
/// called before any thread starts.
void restrict_new_files();

/// Removes permissions beyond 0750 and 0640 from the data folder and from the files that Alarum
/// wrote into it; an older version left them readable for everyone. Stricter permissions stay.
/// Files of other names and symbolic links are not touched. What cannot be changed is logged.
void restrict_data_folder(const std::string& folder);

}  // namespace alarum::app
