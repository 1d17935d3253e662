import sharp from 'sharp'

/** A JPEG like a camera's, with EXIF orientation and GPS position: sky, hills and a road. */
export async function cameraPhoto(width = 4032, height = 3024, quality = 92): Promise<Buffer> {
  const scene = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs>
      <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#6fa3d8"/><stop offset="1" stop-color="#f3dcc0"/></linearGradient>
      <linearGradient id="land" x2="0" y2="1"><stop stop-color="#5d7f4a"/><stop offset="1" stop-color="#2b4030"/></linearGradient>
    </defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${width * 0.7}" cy="${height * 0.3}" r="${height * 0.08}" fill="#fff4d6"/>
    <path d="M0 ${height * 0.6} Q ${width * 0.3} ${height * 0.4} ${width * 0.6} ${height * 0.6} T ${width} ${height * 0.55} V ${height} H 0 Z" fill="url(#land)"/>
    <path d="M${width * 0.45} ${height} L ${width * 0.52} ${height * 0.62} L ${width * 0.54} ${height * 0.62} L ${width * 0.7} ${height} Z" fill="#8b8378"/>
  </svg>`
  const grain = await sharp({
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 22 } },
  })
    .png({ compressionLevel: 0 })
    .toBuffer()
  return sharp(Buffer.from(scene))
    .composite([{ input: grain, blend: 'soft-light' }])
    .withExif({
      IFD0: { Make: 'Testcam', Model: 'Mark 1' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '52/1 31/1 12/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '13/1 24/1 18/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality })
    .toBuffer()
}
