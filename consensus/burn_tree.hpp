// The part of Bitcoin's header tree a machine needs: which views are rivals, which are canonical.
// Source: docs/protocol.md "Bitcoin view". Pure; every machine keeps its own small copy.
#pragma once

#include <map>

#include "consensus/agreement_types.hpp"

namespace quorate::consensus {

/// How two burn views lie to each other.
enum class Kinship : std::uint8_t { same, ancestor, descendant, rival, unknown };

class BurnTree {
 public:
  /// Adds one header. @returns burn_header_unlinked when its height does not follow a known parent
  /// (the first header added is the root). Known headers are accepted again silently.
  Result<> add(const BurnView& view, const BurnHash& parent);
  /// Takes back a header on which nothing builds and which is not the tip.
  void take_back(const BurnHash& hash) { parents_.erase(hash); }
  /// Makes a known header the canonical tip. @returns burn_header_unknown.
  Result<> set_tip(const BurnHash& hash);
  /// Forgets everything below `height` but one root on the canonical chain.
  void prune_below(BurnHeight height);

  [[nodiscard]] std::optional<BurnView> tip() const { return tip_; }
  [[nodiscard]] bool knows(const BurnHash& hash) const { return parents_.contains(hash); }
  [[nodiscard]] bool is_canonical(const BurnView& view) const;
  /// What `a` is to `b`: `ancestor` means a lies strictly below b on b's branch. A view below the
  /// root of what is kept counts as an ancestor (it is canonical history).
  [[nodiscard]] Kinship kinship(const BurnView& a, const BurnView& b) const;
  [[nodiscard]] bool are_rivals(const BurnView& a, const BurnView& b) const {
    return kinship(a, b) == Kinship::rival;
  }
  /// The canonical header at `height`, if kept.
  [[nodiscard]] std::optional<BurnView> canonical_at(BurnHeight height) const;

 private:
  struct Node {
    BurnHeight height;
    BurnHash parent;
  };
  [[nodiscard]] std::optional<BurnHash> ancestor_at(BurnHash from, BurnHeight height) const;

  std::map<BurnHash, Node> parents_;
  BurnHeight root_height_{0};
  std::optional<BurnView> tip_;
};

}  // namespace quorate::consensus
