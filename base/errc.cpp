#include "base/errc.hpp"

#include "base/assert.hpp"

namespace quorate {
namespace {

struct Row {
  std::string_view name;
  std::string_view text;
};

constexpr Row rows[] = {
#define Q(name, text) {#name, text},
#include "base/errc_base.def"
#include "base/errc_bitcoin.def"
#include "base/errc_consensus.def"
#include "base/errc_crypto.def"
#include "base/errc_members.def"
#include "base/errc_network.def"
#include "base/errc_runtime.def"
#include "base/errc_stackerdb.def"
#include "base/errc_stacks.def"
#undef Q
};

const Row& row(Errc code) {
  const auto index = static_cast<std::size_t>(code);
  ASSERT(index < sizeof(rows) / sizeof(rows[0]));
  return rows[index];
}

}  // namespace

std::string_view name_of(Errc code) { return row(code).name; }
std::string_view text_of(Errc code) { return row(code).text; }

}  // namespace quorate
