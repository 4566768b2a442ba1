"""Operations over HTTP and the real-time socket: asked, tried again, understood."""
