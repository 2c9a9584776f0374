// The closed list of named refusals. Each room keeps its own `errc_<room>.def` with one line per
// code: Q(name, "what it means"). A refusal is an answer about input, never about our own bugs.
#pragma once

#include <cstdint>
#include <string_view>

namespace quorate {

enum class Errc : std::uint16_t {
#define Q(name, text) name,
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

/// The code's name as written in the source, for reports, logs and JSON.
[[nodiscard]] std::string_view name_of(Errc code);

/// One sentence for people.
[[nodiscard]] std::string_view text_of(Errc code);

}  // namespace quorate
