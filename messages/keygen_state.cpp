#include "messages/keygen_state.hpp"

namespace quorate::messages {
namespace {

// manifest: "QDM" ‖ version 1 ‖ total size 4 ‖ piece size 4 ‖ count 4 ‖ count × H(piece)
constexpr std::array<std::uint8_t, 4> manifest_magic{'Q', 'D', 'M', 1};
constexpr std::size_t manifest_head = 16;

Bytes manifest_of(std::size_t total, std::size_t piece_size,
                  std::span<const SharedBytes> pieces) {
  Bytes text;
  Writer out{text};
  out.raw(manifest_magic).put(static_cast<std::uint32_t>(total));
  out.put(static_cast<std::uint32_t>(piece_size));
  out.put(static_cast<std::uint32_t>(pieces.size()));
  for (const SharedBytes& piece : pieces) out.put(crypto::sha512_256(piece.view()));
  return text;
}

}  // namespace

Result<> check_shape(const KeygenState& state, std::size_t members) {
  const bool counts_fit = state.dealing_hashes.size() == state.confirmed.count() &&
                          (!state.has_confirmed() || state.confirmed.size() == members);
  if (!counts_fit || state.complaints.size() > members || state.equivocations.size() > members) {
    return Errc::keygen_state_wrong_shape;
  }
  for (const BoxComplaint& c : state.complaints) {
    if (c.dealer.value >= members) return Error{Errc::keygen_state_wrong_shape, "complaint"};
  }
  for (const DealerEquivocation& e : state.equivocations) {
    if (e.dealer.value >= members) return Error{Errc::keygen_state_wrong_shape, "equivocation"};
  }
  return done();
}

bool is_manifest(ByteView content) {
  return content.size() >= manifest_magic.size() &&
         std::equal(manifest_magic.begin(), manifest_magic.end(), content.begin());
}

Result<std::vector<SharedBytes>> split_dealing(const SharedBytes& dealing, std::size_t limit,
                                               std::size_t slots) {
  ASSERT(limit > 0);
  if (slots == 0) return Errc::dealing_too_large;
  if (dealing.size() <= limit) return std::vector<SharedBytes>{dealing};
  const std::size_t count = (dealing.size() + limit - 1) / limit;
  if (count + 1 > slots || manifest_head + 32 * count > limit) return Errc::dealing_too_large;
  std::vector<SharedBytes> out(1);
  for (std::size_t at = 0; at < dealing.size(); at += limit) {
    const std::size_t length = std::min(limit, dealing.size() - at);
    out.emplace_back(to_bytes(dealing.view().subspan(at, length)));
  }
  out[0] = SharedBytes{manifest_of(dealing.size(), limit, std::span{out}.subspan(1))};
  return out;
}

Result<std::optional<SharedBytes>> join_dealing(std::span<const SharedBytes> slots) {
  if (slots.empty() || slots[0].is_empty()) return std::optional<SharedBytes>{};
  if (!is_manifest(slots[0].view())) return std::optional<SharedBytes>{slots[0]};
  Reader in{slots[0].view().subspan(manifest_magic.size())};
  const auto total = in.get<std::uint32_t>();
  const auto piece_size = in.get<std::uint32_t>();
  const auto count = in.get<std::uint32_t>();
  if (!in.ok() || count == 0 || in.left() != std::size_t{32} * count || count >= slots.size() ||
      total > consensus::max_chunk_bytes) {
    return Errc::bad_dealing_manifest;
  }
  Bytes joined;
  for (std::uint32_t i = 1; i <= count; ++i) {
    const Hash256 expected = in.get<Hash256>();
    if (crypto::sha512_256(slots[i].view()) != expected) return std::optional<SharedBytes>{};
    const bool is_last = i == count;
    const std::size_t size = slots[i].size();
    if (size == 0 || size > piece_size || (!is_last && size != piece_size)) {
      return Errc::bad_dealing_manifest;
    }
    append(joined, slots[i].view());
  }
  if (joined.size() != total) return Errc::bad_dealing_manifest;
  return std::optional<SharedBytes>{SharedBytes{std::move(joined)}};
}

}  // namespace quorate::messages
