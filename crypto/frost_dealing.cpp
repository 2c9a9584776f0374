#include "crypto/frost_dealing.hpp"

#include "crypto/content_pool.hpp"
#include "crypto/dealing_box.hpp"
#include "crypto/dealing_layout.hpp"
#include "crypto/hash.hpp"
#include "crypto/public_memo.hpp"

namespace quorate::crypto {

std::size_t dealing_size(const KeygenConfig& config, MemberIndex dealer) {
  return commitments_at + std::size_t{33} * config.threshold() +
         std::size_t{32} * (config.slots() - config.weight(dealer).value) +
         box_tag_size * (std::size_t{config.party_count()} - 1);
}

Hash256 possession_digest(const KeygenConfig& config, MemberIndex dealer,
                          const PublicKey& ephemeral) {
  Bytes data;
  Writer{data}.put(config.id()).put(dealer).put(ephemeral);
  return tagged_sha256("quorate/dkg-pop", data);
}

ByteView ParsedDealing::box(MemberIndex recipient) const {
  ASSERT(recipient != dealer_);
  ASSERT(recipient.value + std::size_t{1} < box_offsets_.size());
  const std::size_t begin = box_offsets_[recipient.value];
  return bytes_.view().subspan(begin, box_offsets_[recipient.value + std::size_t{1}] - begin);
}

namespace {

/// Header fields in the order of the layout.
struct Header {
  std::array<std::uint8_t, 4> magic{};
  KeygenId keygen;
  MemberIndex dealer;
  std::uint16_t flags{};
  PublicKey ephemeral;
  SchnorrSignature possession;
  std::uint32_t threshold{};
  std::uint16_t parties{};
  std::uint16_t reserved{};
};

Header read_header(Reader& in) {
  Header h;
  for (std::uint8_t& b : h.magic) b = in.get<std::uint8_t>();
  h.keygen = in.get<KeygenId>();
  h.dealer = in.get<MemberIndex>();
  h.flags = in.get<std::uint16_t>();
  h.ephemeral = in.get<PublicKey>();
  h.possession = in.get<SchnorrSignature>();
  h.threshold = in.get<std::uint32_t>();
  h.parties = in.get<std::uint16_t>();
  h.reserved = in.get<std::uint16_t>();
  return h;
}

Result<> check_header(const KeygenConfig& config, const Header& h, std::size_t size) {
  if (h.magic != dealing_magic) return Error{Errc::bad_dealing, "magic"};
  if (h.keygen != config.id()) return Errc::wrong_keygen;
  if (h.dealer.value >= config.party_count()) return Error{Errc::bad_dealing, "dealer"};
  if (h.flags != 0 || h.reserved != 0) return Error{Errc::bad_dealing, "reserved bits"};
  if (h.threshold != config.threshold()) return Error{Errc::bad_dealing, "threshold"};
  if (h.parties != config.party_count()) return Error{Errc::bad_dealing, "party count"};
  if (size != dealing_size(config, h.dealer)) return Error{Errc::bad_dealing, "length"};
  if (!is_valid(h.ephemeral)) return Error{Errc::bad_dealing, "ephemeral key"};
  return done();
}

Result<std::vector<Point>> read_commitments(Reader& in, std::uint32_t threshold) {
  Result<std::vector<Point>> out =
      parse_points(in.raw(std::size_t{PublicKey::size} * threshold), Infinity::allowed);
  if (!out.ok()) return Error{Errc::bad_commitment, out.error().detail};
  if (out->front().is_infinity()) return Error{Errc::bad_commitment, "0"};
  return out;
}

std::vector<std::size_t> box_offsets(const KeygenConfig& config, MemberIndex dealer) {
  std::vector<std::size_t> out;
  std::size_t at = commitments_at + std::size_t{33} * config.threshold();
  for (std::uint16_t q = 0; q < config.party_count(); ++q) {
    out.push_back(at);
    if (q != dealer.value) at += 32 * config.party(MemberIndex{q}).ids.size() + box_tag_size;
  }
  out.push_back(at);
  return out;
}

/// What a parsed dealing depends on: its bytes and the configuration they name.
Hash256 memo_key(const KeygenConfig& config, const Hash256& bytes_hash) {
  Bytes data = to_bytes(config.id().view());
  append(data, bytes_hash.view());
  return tagged_sha256("quorate/memo-dealing", data);
}

}  // namespace

Result<DealingRef> parse_dealing(const KeygenConfig& config, const SharedBytes& bytes) {
  // Full-size dealings take half a megabyte each, so this bounds a thread to about 100 MB.
  constexpr std::size_t remembered = 256;
  thread_local PublicMemo<DealingRef> memo{remembered};
  const Hash256 hash = ContentPool::of_this_thread().hashed(bytes).hash;
  const Hash256 key = memo_key(config, hash);
  if (const DealingRef* known = memo.find(key)) return *known;

  Reader in{bytes.view()};
  const Header h = read_header(in);
  if (!in.ok()) return Error{Errc::bad_dealing, "length"};
  TRY(check_header(config, h, bytes.size()));
  TRY_ASSIGN(std::vector<Point> commitments, read_commitments(in, config.threshold()));
  const Hash256 digest = possession_digest(config, h.dealer, h.ephemeral);
  if (!verify_schnorr(commitments[0].x_bytes(), digest.view(), h.possession)) {
    return Errc::bad_possession_proof;
  }
  ParsedDealing out;
  out.dealer_ = h.dealer;
  out.ephemeral_ = h.ephemeral;
  out.commitments_ = std::move(commitments);
  out.box_offsets_ = box_offsets(config, h.dealer);
  out.bytes_ = bytes;
  out.hash_ = hash;
  DealingRef ref = std::make_shared<const ParsedDealing>(std::move(out));
  memo.insert(key, ref);
  return ref;
}

Result<std::vector<SecretScalar>> open_box(const KeygenConfig& config,
                                           const ParsedDealing& dealing, MemberIndex me,
                                           const SecretKey& host) {
  ASSERT(me != dealing.dealer());
  TRY_ASSIGN(const SharedPoint z, ecdh(host, dealing.ephemeral()));
  return open_box_with({config, dealing.ephemeral(), dealing.dealer(), me}, z.reveal(),
                       dealing.box(me));
}

}  // namespace quorate::crypto
