#include "crypto/frost_outcome.hpp"

#include "crypto/hash.hpp"
#include "crypto/public_memo.hpp"

namespace quorate::crypto {
namespace {

/// H_dkg-shares(N4 ‖ Q0 ‖ Y_0 ‖ … ‖ Y_{N−1}); `values` = f·G at 0..N.
Hash256 share_root(std::span<const Point> values) {
  Bytes data;
  data.reserve(4 + 33 * values.size());
  Writer out{data};
  out.put(static_cast<std::uint32_t>(values.size() - 1));
  for (const Point& y : values) out.put(y.serialize_ext());
  return tagged_sha256("quorate/dkg-shares", data);
}

/// t = H_TapTweak(x(Q)): no dealer can hide a script path in the sum. Source: BIP 341.
Result<Scalar> tap_tweak(const Point& raw_key) {
  if (raw_key.is_infinity()) return Errc::infinite_group_key;
  const Hash256 hash = tagged_sha256("TapTweak", raw_key.x_bytes().view());
  const Result<Scalar> t = Scalar::from_bytes(hash.view());
  if (!t.ok() || t->is_zero()) return Errc::infinite_group_key;
  return *t;
}

struct Qualified {
  BitVector bits;
  List<Hash256, max_keygen_parties> hashes;
};

Result<OutcomeRef> build(const KeygenConfig& config, std::vector<Point> column_sums,
                         Qualified qualified) {
  TRY_ASSIGN(const Scalar t, tap_tweak(column_sums[0]));
  // Adding a constant to the polynomial adds it to every value, so tweak first and extend then.
  std::vector<Point> tweaked = column_sums;
  const std::vector<Point> shift(tweaked.size(), times_generator(t));
  add_rows(tweaked, shift);
  if (tweaked[0].is_infinity()) return Errc::infinite_group_key;
  std::vector<Point> values = extend_evaluations(tweaked, config.slots());

  KeygenOutcome out;
  out.content = {config.spec().attempt, std::move(qualified.bits), std::move(qualified.hashes),
                 share_root(values), values[0].serialize()};
  out.tap_tweak = t;
  out.column_sums = std::move(column_sums);
  values.erase(values.begin());
  out.group = std::make_shared<const ThresholdGroup>(config, out.content.group_key,
                                                     std::move(values));
  return std::make_shared<const KeygenOutcome>(std::move(out));
}

Result<Qualified> qualified_set(const KeygenConfig& config,
                                std::span<const DealingRef> dealings) {
  Qualified out;
  out.bits = BitVector{config.party_count()};
  for (std::size_t i = 0; i < dealings.size(); ++i) {
    if (i > 0 && dealings[i]->dealer() <= dealings[i - 1]->dealer()) {
      return Errc::bad_qualified_set;
    }
    out.bits.set(dealings[i]->dealer().value);
    out.hashes.push_back(dealings[i]->hash());
  }
  if (config.weight_of(out.bits).value < config.threshold()) return Errc::too_few_dealers;
  return out;
}

Hash256 memo_key(const KeygenConfig& config, const Qualified& qualified) {
  Bytes data;
  Writer{data}.put(config.id()).put(qualified.bits).put(qualified.hashes);
  return tagged_sha256("quorate/memo-outcome", data);
}

}  // namespace

ViewBytes view_bytes(std::uint32_t epoch, std::uint32_t round) {
  ViewBytes out;
  put_be(out.bytes.data(), epoch);
  put_be(out.bytes.data() + 4, round);
  return out;
}

Hash256 key_certificate_digest(const KeygenId& keygen, const ViewBytes& view,
                               const KeyCertificateContent& content) {
  Bytes data;
  Writer{data}.put(keygen).put(view).put(content);
  return tagged_sha256("quorate/dkg-cert", data);
}

Result<OutcomeRef> combine_dealings(const KeygenConfig& config,
                                    std::span<const DealingRef> qualified) {
  constexpr std::size_t remembered = 16;
  thread_local PublicMemo<OutcomeRef> memo{remembered};
  TRY_ASSIGN(Qualified set, qualified_set(config, qualified));
  const Hash256 key = memo_key(config, set);
  if (const OutcomeRef* known = memo.find(key)) return *known;
  std::vector<Point> columns(config.threshold());
  for (const DealingRef& d : qualified) add_rows(columns, d->commitments());
  TRY_ASSIGN(OutcomeRef outcome, build(config, std::move(columns), std::move(set)));
  memo.insert(key, outcome);
  return outcome;
}

Result<OutcomeRef> exclude_dealing(const KeygenConfig& config, const KeygenOutcome& outcome,
                                   const ParsedDealing& convicted) {
  Qualified rest;
  rest.bits = BitVector{config.party_count()};
  bool found = false;
  std::size_t next = 0;
  for (std::uint16_t p = 0; p < config.party_count(); ++p) {
    if (!outcome.content.qualified.test(p)) continue;
    const Hash256& hash = outcome.content.dealings[next++];
    if (p == convicted.dealer().value && hash == convicted.hash()) {
      found = true;
      continue;
    }
    rest.bits.set(p);
    rest.hashes.push_back(hash);
  }
  if (!found) return Errc::bad_qualified_set;
  if (config.weight_of(rest.bits).value < config.threshold()) return Errc::too_few_dealers;
  std::vector<Point> columns = outcome.column_sums;
  subtract_rows(columns, convicted.commitments());
  return build(config, std::move(columns), std::move(rest));
}

Result<OutcomeRef> check_certificate_content(const KeygenConfig& config,
                                             const KeyCertificateContent& content,
                                             std::span<const DealingRef> qualified) {
  TRY_ASSIGN(OutcomeRef outcome, combine_dealings(config, qualified));
  if (!(outcome->content == content)) return Errc::certificate_mismatch;
  return outcome;
}

Result<PartyKey> finish_shares(const KeygenConfig& config, const KeygenOutcome& outcome,
                               MemberIndex me, const ReceivedShares& received) {
  const std::vector<SlotIndex>& ids = config.party(me).ids;
  PartyKey key{me, {}};
  for (std::uint16_t p = 0; p < config.party_count(); ++p) {
    if (!outcome.content.qualified.test(p)) continue;
    const auto shares = received.by_dealer.find(MemberIndex{p});
    if (shares == received.by_dealer.end()) return Error{Errc::bad_share, std::to_string(p)};
    ASSERT(shares->second.size() == ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (key.shares.size() == i) {
        key.shares.push_back({ids[i], shares->second[i].clone()});
      } else {
        TRY(key.shares[i].value.add(shares->second[i]));
      }
    }
  }
  for (SecretShare& share : key.shares) {
    TRY(share.value.add(outcome.tap_tweak));
    // One by one: a combination with weights that dealers could foresee would prove nothing.
    const Point& expected = outcome.group->public_shares()[share.id.value];
    if (share.value.public_key() != expected.serialize_ext()) return Errc::bad_share;
  }
  return key;
}

}  // namespace quorate::crypto
