/* The marks of settlements and sites on a map, and the circles around sites: a look for each. */
(function () {
  "use strict";

  // Nothing is told by colour alone: each look has a shape of its own.
  const LOOKS = {
    covered: { shape: "disc", fill: "#0b6e4f", line: "#ffffff", width: 0.75 },
    uncovered: { shape: "diamond", fill: "#ffffff", line: "#b42318", width: 2 },
    won: { shape: "up", fill: "#1d5f9e", line: "#ffffff", width: 1 },
    lost: { shape: "down", fill: "#b42318", line: "#ffffff", width: 1 },
    site: { shape: "square", fill: "#07503a", line: "#ffffff", width: 1.5 },
    added: { shape: "plus", fill: "#1d5f9e", line: "#ffffff", width: 1.5 },
    gone: { shape: "cross", fill: "#4d5b54", line: "#ffffff", width: 1.5 }
  };
  const RINGS = {
    site: { color: "#0b6e4f", weight: 1, opacity: 0.75, fillColor: "#0b6e4f", fillOpacity: 0.12 },
    added: { color: "#1d5f9e", weight: 2.5, opacity: 1, fillColor: "#1d5f9e", fillOpacity: 0.14 },
    gone: { color: "#4d5b54", weight: 2, opacity: 1, fill: false, dashArray: "6 5" }
  };
  const SITE_SIZE = 5;
  const SMALLEST = 3;
  const LARGEST = 18;
  // The pixels a mark has at close zoom for the square root of its people: a thousand make 5.
  const PER_ROOT = 0.165;

  const SHAPES = {
    disc: (ctx, x, y, r) => ctx.arc(x, y, r, 0, 2 * Math.PI),
    diamond: (ctx, x, y, r) => outline(ctx, [[x, y - 1.25 * r], [x + 1.25 * r, y], [x, y + 1.25 * r], [x - 1.25 * r, y]]),
    up: (ctx, x, y, r) => outline(ctx, [[x, y - 1.4 * r], [x + 1.3 * r, y + r], [x - 1.3 * r, y + r]]),
    down: (ctx, x, y, r) => outline(ctx, [[x, y + 1.4 * r], [x + 1.3 * r, y - r], [x - 1.3 * r, y - r]]),
    square: (ctx, x, y, r) => ctx.rect(x - r, y - r, 2 * r, 2 * r),
    plus: (ctx, x, y, r) => bars(ctx, x, y, 1.5 * r, 0),
    cross: (ctx, x, y, r) => bars(ctx, x, y, 1.5 * r, Math.PI / 4)
  };

  function outline(ctx, corners) {
    corners.forEach(([x, y], number) => (number ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.closePath();
  }

  // A cross of two bars, turned by an angle.
  function bars(ctx, x, y, long, angle) {
    const wide = long / 3;
    const corners = [
      [-wide, -long], [wide, -long], [wide, -wide], [long, -wide], [long, wide], [wide, wide],
      [wide, long], [-wide, long], [-wide, wide], [-long, wide], [-long, -wide], [-wide, -wide]
    ];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    outline(ctx, corners.map(([a, b]) => [x + a * cos - b * sin, y + a * sin + b * cos]));
  }

  const Mark = L.CircleMarker.extend({
    _updatePath: function () {
      const renderer = this._renderer;
      if (!renderer._drawing || this._empty()) {
        return;
      }
      const ctx = renderer._ctx;
      ctx.beginPath();
      SHAPES[this.options.shape](ctx, this._point.x, this._point.y, this._radius);
      renderer._fillStroke(ctx, this);
    }
  });

  function size(people) {
    return Math.min(LARGEST, Math.max(SMALLEST, PER_ROOT * Math.sqrt(people)));
  }

  window.mapMarks = { looks: LOOKS, rings: RINGS, shapes: SHAPES, Mark: Mark, size: size, site: SITE_SIZE };
})();
