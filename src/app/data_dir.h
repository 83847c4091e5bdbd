#pragma once

#include <string>

#include "app/config.h"

namespace wherry::app {

/// The keys a data directory needs to be used.
struct DataDirKeys {
  Secret master_key;  ///< 32 bytes
  Secret admin_key;
};

/// Makes the directory (0700) if needed and takes its keys from the configuration, else from DIR/master.key and DIR/admin.key
/// (0600), made on first use. Errors: unavailable (cannot create or read), permission_denied (a key file others can read).
Result<DataDirKeys> open_data_dir(const Config& config);

}  // namespace wherry::app
