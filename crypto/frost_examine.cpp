#include "crypto/frost_examine.hpp"

#include "crypto/hash.hpp"
#include "crypto/share_check.hpp"

namespace quorate::crypto {
namespace {

/// A seed of its own for each use of the caller's randomness.
Hash256 derived(const Hash256& rand32, std::uint8_t use, MemberIndex dealer) {
  Bytes data = to_bytes(rand32.view());
  Writer{data}.put(use).put(dealer);
  return tagged_sha256("quorate/dkg-examine", data);
}

constexpr std::uint8_t use_all = 0;
constexpr std::uint8_t use_single = 1;
constexpr std::uint8_t use_proof = 2;

std::vector<SecretScalar> clone_all(const std::vector<SecretScalar>& scalars) {
  std::vector<SecretScalar> out;
  out.reserve(scalars.size());
  for (const SecretScalar& s : scalars) out.push_back(s.clone());
  return out;
}

class Examiner {
 public:
  Examiner(const KeygenConfig& config, MemberIndex me, const SecretKey& host,
           const Hash256& rand32)
      : config_(config), me_(me), host_(host), rand32_(rand32) {}

  Result<Examination> run(std::span<const DealingRef> dealings, const OwnDealing* own,
                          OnMismatch on_mismatch) {
    for (const DealingRef& dealing : dealings) TRY(open(*dealing, own));
    if (!sum_matches()) {
      // Of one opened dealing the sum is its own check.
      if (on_mismatch == OnMismatch::report && opened_.size() > 1) {
        out_.is_undecided = true;
        return std::move(out_);
      }
      TRY(check_singly());
    }
    std::sort(out_.complaints.begin(), out_.complaints.end(),
              [](const Complaint& a, const Complaint& b) { return a.dealer < b.dealer; });
    return std::move(out_);
  }

 private:
  std::map<MemberIndex, std::vector<SecretScalar>>& shares() { return out_.shares.by_dealer; }

  Result<> open(const ParsedDealing& dealing, const OwnDealing* own) {
    ASSERT(!opened_.contains(dealing.dealer()));
    if (dealing.dealer() == me_) {
      // Another dealing in the own name than the one kept here: its shares are not known.
      if (own == nullptr || own->bytes.view().size() != dealing.bytes().size() ||
          !(own->bytes == dealing.bytes())) {
        return done();
      }
      shares().emplace(me_, clone_all(own->own_shares));
    } else {
      Result<std::vector<SecretScalar>> box = open_box(config_, dealing, me_, host_);
      if (!box.ok()) return accuse(dealing);
      shares().emplace(dealing.dealer(), std::move(box).value());
    }
    opened_.emplace(dealing.dealer(), &dealing);
    return done();
  }

  Result<> accuse(const ParsedDealing& dealing) {
    TRY_ASSIGN(Complaint complaint,
               complain(config_, dealing, me_, host_,
                        derived(rand32_, use_proof, dealing.dealer())));
    out_.complaints.push_back(complaint);
    return done();
  }

  /// The sums over all dealers against the sums of their commitments: one check in the good case.
  /// Errors of two dealers that cancel each other are found when one of them drops out.
  bool sum_matches() {
    if (opened_.empty()) return true;
    std::vector<Point> columns(config_.threshold());
    std::vector<SecretScalar> sums;
    for (const auto& [dealer, dealing] : opened_) {
      add_rows(columns, dealing->commitments());
      const std::vector<SecretScalar>& terms = shares().at(dealer);
      if (sums.empty()) {
        sums = clone_all(terms);
        continue;
      }
      for (std::size_t i = 0; i < sums.size(); ++i) {
        if (!sums[i].add(terms[i]).ok()) return false;
      }
    }
    return shares_match(config_, config_.party(me_).ids, sums, columns,
                        derived(rand32_, use_all, me_));
  }

  Result<> check_singly() {
    for (const auto& [dealer, dealing] : opened_) {
      if (shares_match(config_, config_.party(me_).ids, shares().at(dealer),
                       dealing->commitments(), derived(rand32_, use_single, dealer))) {
        continue;
      }
      shares().erase(dealer);
      if (dealer != me_) TRY(accuse(*dealing));
    }
    return done();
  }

  const KeygenConfig& config_;
  MemberIndex me_;
  const SecretKey& host_;
  Hash256 rand32_;
  std::map<MemberIndex, const ParsedDealing*> opened_;
  Examination out_;
};

}  // namespace

Result<Examination> examine_dealings(const KeygenConfig& config, MemberIndex me,
                                     const SecretKey& host, std::span<const DealingRef> dealings,
                                     const OwnDealing* own, const Hash256& rand32,
                                     OnMismatch on_mismatch) {
  if (me.value >= config.party_count()) return Errc::not_a_signer;
  if (host.public_key() != config.party(me).key) return Errc::not_a_signer;
  return Examiner{config, me, host, rand32}.run(dealings, own, on_mismatch);
}

Confirmation confirm(const KeygenConfig& config, std::span<const DealingRef> dealings,
                     const Examination& examination) {
  Confirmation out;
  out.keygen = config.id();
  out.dealings.resize(config.party_count());
  for (const DealingRef& d : dealings) out.dealings[d->dealer().value] = d->hash();
  out.complaints = examination.complaints;
  return out;
}

}  // namespace quorate::crypto
