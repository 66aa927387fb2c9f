// What a telephone gives to a visit: where it stands, and pictures, made smaller and hashed before
// they are kept.
'use strict';

const OneKmDevice = (() => {
  const MOST_PIXELS = 2000000;
  const QUALITY = 0.85;

  function metres(a, b) {
    const radians = (degrees) => degrees * Math.PI / 180;
    const lat = radians(b.lat - a.lat) / 2;
    const lon = radians(b.lon - a.lon) / 2;
    const part = Math.sin(lat) ** 2
      + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(lon) ** 2;
    return Math.round(2 * 6371008.8 * Math.asin(Math.sqrt(part)));
  }

  function position() {
    return new Promise((resolve) => {
      if (!navigator.geolocation) { resolve(null); return; }
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => resolve({
          lat: Number(coords.latitude.toFixed(6)),
          lon: Number(coords.longitude.toFixed(6)),
          accuracy: Math.round(coords.accuracy),
        }),
        () => resolve(null),
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
    });
  }

  const encoded = (canvas, type) => new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('canvas'))), type, QUALITY);
  });

  function drawn(image, most) {
    const scale = Math.min(1, Math.sqrt(most / (image.width * image.height)));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.floor(image.width * scale));
    canvas.height = Math.max(1, Math.floor(image.height * scale));
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  async function small(file) {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const blob = await encoded(drawn(image, MOST_PIXELS), 'image/jpeg');
    image.close();
    return blob;
  }

  async function keep(uuid, blob) {
    const data = await blob.arrayBuffer();
    const sha256 = await OneKmQueue.sha256(data);
    await OneKmQueue.keepPhoto(uuid, sha256, blob.type, data);
    return { sha256, size: data.byteLength };
  }

  return { metres, position, encoded, drawn, small, keep };
})();
