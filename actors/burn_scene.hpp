// Where values stand on Bitcoin: which are canonical, which are rivals, and the headers that prove
// it to others. A value without burn view (keys) is canonical everywhere and nobody's rival.
// Source: docs/protocol.md "Bitcoin view", "Agreement on one block per height" (locks and Bitcoin).
#pragma once

#include <map>
#include <span>

#include "consensus/burn_tree.hpp"

namespace quorate::actors {

class BurnScene {
 public:
  /// Adds headers of the own node, ascending, and makes `tip` canonical. @returns
  /// burn_header_unlinked or burn_header_unknown; then nothing has changed.
  [[nodiscard]] Result<> move(std::span<const consensus::BurnLink> links, const BurnHash& tip);
  /// Adds the headers among `links` that lead down from `view`. They are trusted because `view` is:
  /// it comes out of a certificate, and a header's hash fixes its parent. What does not connect yet
  /// waits (boundedly) for the own node's headers.
  void place(std::span<const consensus::BurnLink> links, const BurnView& view);

  [[nodiscard]] std::optional<BurnView> tip() const { return tree_.tip(); }
  [[nodiscard]] bool is_canonical(const consensus::Value& value) const;
  /// Known to lie on different branches.
  [[nodiscard]] bool are_rivals(const consensus::Value& a, const consensus::Value& b) const;
  /// Known to lie off the own canonical chain. What is not known here is no orphan.
  [[nodiscard]] bool is_orphaned(const consensus::Value& value) const;
  /// Known to lie on one branch.
  [[nodiscard]] bool are_related(const consensus::Value& a, const consensus::Value& b) const;
  /// `a` is `b` or an ancestor of `b`.
  [[nodiscard]] bool is_at_or_below(const BurnView& a, const BurnView& b) const;
  /// Headers from `view` down to the own chain (excluded), ascending; `below` headers more of the
  /// chain itself, for who restarts on another branch.
  [[nodiscard]] std::vector<consensus::BurnLink> path(const BurnView& view,
                                                      std::size_t below) const;
  /// For exhaustive search.
  void put(Writer& out) const;

 private:
  static constexpr std::size_t max_waiting = 512;
  void connect();

  consensus::BurnTree tree_;
  std::map<BurnHash, consensus::BurnLink> headers_;  ///< Of what the tree holds.
  std::map<BurnHash, consensus::BurnLink> waiting_;  ///< Genuine, but not connected.
};

}  // namespace quorate::actors
