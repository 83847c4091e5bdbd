#pragma once

#include <string>
#include <vector>

namespace wherry::store {

/// One numbered step of the schema, from store/schema/NNNN_name.sql.
struct Migration {
  int number = 0;
  std::string name;
  std::string sql;
};

/// Every step in order; generated from the files at build time.
const std::vector<Migration>& migrations();

}  // namespace wherry::store
